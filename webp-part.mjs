// The WebP decoder reads its WebAssembly from beside itself; in a bundle there is no beside, so the bundle carries it.
import { readFileSync } from "node:fs";

const READS = "fs.readFileSync(path.join(__dirname, 'webp.wasm'))";

export const webpWithItsCode = {
  name: "webp-with-its-code",
  setup(build) {
    build.onLoad({ filter: /[\\/]@cwasm[\\/]webp[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      if (!source.includes(READS)) throw new Error("@cwasm/webp reads its code in another way in this version of the package");
      return { contents: source.replace(READS, 'require("./webp.wasm")'), loader: "js" };
    });
  },
};
