// What secrets look like, as rows with their source; for warnings and for the scan of prompts, never a reason to refuse a key.

export interface SecretShape {
  readonly name: string;
  /** Without flags and without anchors: the scan and the judge add what they need. Each begins with a literal, so that a scan is cheap. */
  readonly pattern: string;
  /** The registry's id when the shape tells which vendor made the key. */
  readonly provider?: string;
  readonly source: string;
}

const githubScanning = "https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns";

/** The more special shape comes first: `sk-ant-` before `sk-`. */
export const SHAPES: readonly SecretShape[] = [
  { name: "Anthropic key", pattern: "sk-ant-[A-Za-z0-9_-]{20,}", provider: "anthropic", source: "https://docs.claude.com/en/api/overview" },
  {
    name: "OpenRouter key",
    pattern: "sk-or-(?:v1-)?[A-Za-z0-9]{32,}",
    provider: "openrouter",
    source: "https://openrouter.ai/docs/api/reference/authentication",
  },
  {
    name: "OpenAI project key",
    pattern: "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}",
    provider: "openai",
    source: "https://platform.openai.com/docs/api-reference/authentication",
  },
  // DeepSeek, Moonshot and others hand out the same `sk-` form, so it names no vendor.
  {
    name: "API key beginning sk-",
    pattern: "sk-[A-Za-z0-9]{32,}",
    source: "https://platform.openai.com/docs/api-reference/authentication",
  },
  { name: "Groq key", pattern: "gsk_[A-Za-z0-9]{40,}", provider: "groq", source: "https://console.groq.com/docs/quickstart" },
  { name: "xAI key", pattern: "xai-[A-Za-z0-9]{40,}", provider: "xai", source: "https://docs.x.ai/docs/tutorial" },
  { name: "Google API key", pattern: "AIza[A-Za-z0-9_-]{35}", provider: "google", source: githubScanning },
  { name: "Cerebras key", pattern: "csk-[a-z0-9]{40,}", provider: "cerebras", source: "https://inference-docs.cerebras.ai/quickstart" },
  {
    name: "Fireworks key",
    pattern: "fw_[A-Za-z0-9]{20,}",
    provider: "fireworks",
    source: "https://docs.fireworks.ai/getting-started/quickstart",
  },
  { name: "Hugging Face token", pattern: "hf_[A-Za-z0-9]{30,}", source: "https://huggingface.co/docs/hub/security-tokens" },
  { name: "GitHub token", pattern: "gh[pousr]_[A-Za-z0-9]{36,}", source: githubScanning },
  { name: "GitHub fine-grained token", pattern: "github_pat_[A-Za-z0-9_]{22,}", source: githubScanning },
  { name: "GitLab token", pattern: "glpat-[A-Za-z0-9_-]{20,}", source: "https://docs.gitlab.com/security/tokens/" },
  {
    name: "AWS access key id",
    pattern: "(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
  },
  { name: "Slack token", pattern: "xox[abeoprs]-[A-Za-z0-9-]{20,}", source: "https://docs.slack.dev/authentication/tokens" },
  { name: "Stripe live key", pattern: "(?:sk|rk)_live_[A-Za-z0-9]{20,}", source: "https://docs.stripe.com/keys" },
  { name: "npm token", pattern: "npm_[A-Za-z0-9]{36}", source: githubScanning },
  { name: "PyPI token", pattern: "pypi-AgE[A-Za-z0-9_-]{50,}", source: githubScanning },
  { name: "SendGrid key", pattern: "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}", source: githubScanning },
  {
    name: "address with a password",
    pattern: "(?:postgres|postgresql|mysql|mariadb|mongodb|mongodb\\+srv|redis|rediss|amqp|amqps)://[^\\s:@/]{1,100}:[^\\s@/]{6,200}@",
    source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
  },
  {
    name: "private key",
    pattern: "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    source: "https://www.rfc-editor.org/rfc/rfc7468",
  },
  {
    name: "JSON Web Token",
    pattern: "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}",
    source: "https://www.rfc-editor.org/rfc/rfc7519",
  },
];

/** The first shape that the whole text has. */
export function shapeOf(text: string): SecretShape | undefined {
  return SHAPES.find(({ pattern }) => new RegExp(`^(?:${pattern})$`).test(text));
}

/** Whether keys of this provider have a shape of their own that could be missed. */
export function shapesOfProvider(provider: string): SecretShape[] {
  return SHAPES.filter((shape) => shape.provider === provider);
}
