// `npm run bench -- soak [--minutes 30] [--chats 50]`: the long mode; the work and the figures are the chaos suite's.
await import("../chaos/soak.ts");
