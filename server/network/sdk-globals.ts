// What a vendor's SDK finds under the names of these globals when the build puts it in: ours, so that Node's own fetch is not loaded beside.
export { HeaderList as Headers } from "./header-list.ts";

/** Nothing that is sent is ever one. */
export class FormData {}
