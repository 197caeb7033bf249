// The version of this very build, from package.json, which is its only home.
import manifest from "../package.json" with { type: "json" };

export const VERSION: string = manifest.version;
