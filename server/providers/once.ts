// A package that is loaded when first asked for and then kept: a bundled import() copies all of the package's names at each call.

export function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}
