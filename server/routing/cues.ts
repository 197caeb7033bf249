// Words that hint at what a prompt asks for, by kind and language; data only, matched whole and never inside a fence.

export type CueKind =
  | "greeting"
  | "light"
  | "moderate"
  | "technical"
  | "proof"
  | "code"
  | "weakCode"
  | "advanced"
  | "weakAdvanced"
  | "negation"
  | "constraint";

/** Whole words, lower case; a trailing `*` matches every ending, for languages that inflect. */
export const CUES: Readonly<Record<CueKind, readonly string[]>> = {
  greeting: [
    ..."hello hi hey thanks thank thx greetings bye welcome ok okay cheers".split(" "),
    ..."hola gracias adiós bonjour salut merci hallo danke tschüss olá obrigado obrigada ciao grazie".split(" "),
    ..."привет здравствуйте спасибо merhaba teşekkürler cześć dziękuję".split(" "),
    ..."你好 谢谢 您好 こんにちは ありがとう 안녕 안녕하세요 감사합니다 नमस्ते धन्यवाद مرحبا شكرا".split(" "),
  ],
  light: [
    ..."summarize summarise summary translate translation define definition list simplify rephrase spell brief briefly short shortly quick quickly simple simply".split(
      " ",
    ),
    ..."resume resumir resumen traduce traducir define lista simplifica breve résume résumer traduis traduire définis".split(" "),
    ..."übersetze übersetzen zusammenfassen fasse liste kurz traduza traduzir resuma traduci riassumi".split(" "),
    ..."переведи перевод кратко перечисли çevir özetle przetłumacz".split(" "),
    ..."翻译 总结 概括 列出 简单 翻訳 要約 번역 요약 간단히 अनुवाद ترجم لخص".split(" "),
  ],
  moderate: [
    ..."explain explains explaining explanation describe analyze analyse analysis analyzing compare comparison contrast evaluate assess critique review synthesize opinion nuance nuances detailed background history tradeoff tradeoffs trade-offs pros cons advantages disadvantages recommend argue discuss interpret why".split(
      " ",
    ),
    ..."explica explicar explícame describe analiza analizar compara comparar evalúa ventajas desventajas".split(" "),
    ..."explique expliquer décris décrire analyse analyser compare comparer évalue avantages inconvénients pourquoi".split(" "),
    ..."erkläre erklären beschreibe analysiere analysieren vergleiche vergleichen bewerte vorteile nachteile warum".split(" "),
    ..."explica analisa analisar compare avalie vantagens desvantagens spiega descrivi analizza confronta".split(" "),
    ..."объясни* опиши* проанализир* сравни* оцени* почему açıkla karşılaştır analiz wyjaśnij porównaj".split(" "),
    ..."解释 说明 分析 比较 对比 评价 为什么 優缺點 优缺点 説明 比較 なぜ 설명 분석 비교 समझाइए समझाओ तुलना विश्लेषण اشرح قارن حلل".split(" "),
  ],
  technical: [
    ..."calculate solve equation equations formula integral integrals derivative derivatives calculus algebra algebraic geometry math maths mathematics mathematical theorem theorems lemma statistics statistical probability regression vector vectors matrix matrices eigenvalue eigenvalues tensor primes polynomial polynomials logarithm combinatorics modulo asymptotic optimization converge converges physics chemistry biology thermodynamics quantum-mechanical stoichiometry".split(
      " ",
    ),
    ..."calcula resuelve ecuación integral derivada probabilidad teorema matriz física química calcule résous équation intégrale dérivée probabilité théorème matrice".split(
      " ",
    ),
    ..."berechne löse gleichung ableitung wahrscheinlichkeit satz matrix physik chemie calcule resolva equação probabilidade calcola risolvi equazione probabilità".split(
      " ",
    ),
    ..."вычисли* реши* уравнени* интеграл* производн* вероятност* теорем* матриц* hesapla denklem türev olasılık oblicz równanie".split(
      " ",
    ),
    ..."计算 求解 方程 积分 导数 概率 定理 矩阵 微分 物理 化学 方程式 積分 微分 確率 定理 行列 방정식 적분 미분 확률 정리 행렬 समीकरण प्रायिकता معادلة احتمال".split(
      " ",
    ),
  ],
  proof: [
    ..."prove proof proofs disprove derive derivation contradiction induction infinitely iff qed".split(" "),
    ..."demuestra demostrar demostración prouve prouver démontre démontrer démonstration beweise beweisen beweis prove demonstre dimostra dimostrare".split(
      " ",
    ),
    ..."докажи* доказательств* kanıtla udowodnij 证明 推导 証明 증명 सिद्ध أثبت برهن".split(" "),
  ],
  code: [
    ..."code codes coding codebase function functions debug debugging debugger refactor refactoring refactored snippet implement implementation algorithm algorithms async await endpoint endpoints api apis webhook sql postgresql postgres mysql sqlite mongodb redis json yaml xml regex regexp docker kubernetes k8s terraform typescript javascript python rust golang java kotlin swift ruby php haskell scala c++ c# bash powershell css html react vue django numpy pandas pytest unittest compiler compile segfault nullpointerexception stacktrace traceback boolean enum struct typedef mutex recursion recursive linter npm pip cargo git commit merge-conflict codegen serializer deserialize middleware backend frontend schema schemas array arrays linked-list hashmap binary-tree leetcode".split(
      " ",
    ),
    ..."código función funciones depura depurar refactoriza algoritmo fonction fonctions débogue déboguer algorithme funktion funktionen debugge refaktoriere algorithmus código função depure algoritmo codice funzione".split(
      " ",
    ),
    ..."код* функци* отлад* отладь алгоритм* скрипт* kod fonksiyon algoritma funkcja funkcję debuguj".split(" "),
    ..."代码 函数 调试 重构 算法 程序 接口 数据库 编程 コード 関数 デバッグ リファクタリング アルゴリズム 코드 함수 디버그 리팩토링 알고리즘 कोड फ़ंक्शन الكود كود دالة خوارزمية".split(
      " ",
    ),
  ],
  weakCode: [
    ..."class classes method methods script scripts scripting interface import imports return returns print const var def try except catch throw throws public private static final variable variables constant constants parameter parameters argument arguments loop loops exception exceptions bug bugs test tests migration config configuration database library package module server client query lambda type types string strings object objects log print error errors crash crashes".split(
      " ",
    ),
    ..."clase método variable classe méthode klasse methode 类 变量 方法 クラス 変数 클래스 변수 класс* метод* переменн*".split(" "),
  ],
  advanced: [
    ..."architecture architectural vulnerability vulnerabilities exploit cryptography cryptographic encryption decryption authentication authorization oauth jwt bottleneck bottlenecks concurrency concurrent multithreaded multithreading deadlock deadlocks distributed scalability scalable sharding replication load-balancing load-balancer microservices consensus throughput obfuscate obfuscation reverse-engineer fault-tolerant idempotent observability".split(
      " ",
    ),
    ..."arquitectura vulnerabilidad criptografía cifrado autenticación concurrencia distribuido escalabilidad architecture vulnérabilité cryptographie chiffrement authentification distribué".split(
      " ",
    ),
    ..."architektur sicherheitslücke verschlüsselung authentifizierung nebenläufigkeit verteilt* skalierbarkeit skalierung arquitetura criptografia".split(
      " ",
    ),
    ..."архитектур* уязвимост* шифрован* распределённ* распределенн* масштабируем* mimari güvenlik".split(" "),
    ..."架构 漏洞 加密 并发 分布式 可扩展 高可用 アーキテクチャ 脆弱性 暗号 分散 アーキ 아키텍처 취약점 암호화 분산 동시성 بنية تشفير".split(
      " ",
    ),
  ],
  weakAdvanced: [
    ..."scale scaling performance parallel cluster enterprise security audit compliance global large-scale optimize optimise latency production system systems infrastructure threat".split(
      " ",
    ),
  ],
  negation: [
    ..."not no don't dont never without avoid nor neither doesn't isn't shouldn't".split(" "),
    ..."sin sans ohne kein keine nicht sem senza не без nie bez değil 不要 不 没有 しないで 하지마".split(" "),
  ],
  constraint: [
    ..."must should exactly only except unless ensure constraint constraints requirement requirements require requires given assume assuming respectively step-by-step guarantee".split(
      " ",
    ),
    ..."debe debes exactamente solo doit doivent exactement seulement muss müssen genau nur deve exatamente должен должны ровно только 必须 只能 確保 必ず 반드시".split(
      " ",
    ),
  ],
};

/** Words that open a question which a small model answers as well. */
export const OPENERS: readonly string[] = [
  "what is",
  "what's",
  "who is",
  "who was",
  "when is",
  "when was",
  "where is",
  "how do i",
  "how old",
  "how many",
  "what time",
  "qué es",
  "quién es",
  "qu'est-ce que",
  "was ist",
  "wer ist",
  "что такое",
  "кто такой",
  "什么是",
  "谁是",
];
