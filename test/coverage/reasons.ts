// Why a file, or all of a folder, may be run for less than three fifths by the suites that were measured; what no longer applies is reported.

const ELSEWHERE = "reads lists and figures that lie outside the project; run by hand with `npm run catalogue:import`";

export const REASONS: Readonly<Record<string, string>> = {
  "server/catalog/source/generate.ts":
    "the program of `npm run catalogue`: what writes a changed catalogue is run by hand, what finds no change by a test",
  "server/catalog/source/import": ELSEWHERE,
  "server/catalog/source/page.ts": "its one branch is the page of a catalogue that has changed, written by hand with `npm run catalogue`",
  "server/routing/scorer/train/":
    "`npm run train` on data that lie outside the project; what measures it is tested, the training itself is run by hand",
  "server/rpc/declarations.ts": "run by build.mjs, which writes the client's declarations, before any suite begins",
  "server/rpc/schema.ts":
    "run by generate.mjs for docs/protocol.md, whose staleness every check looks for; `latchkey schema` alone runs in the suites",
  "server/main.ts":
    "the edge of the process: what is left is what a crash of the command line itself, or a process of another user, would take",
  "server/network/sdk-globals.ts": "put into the vendors' SDK by the build; its one line is an empty class that no SDK makes anything of",
  "shared/panel.ts": "the messages between VS Code and its panels: run where the editor is (host, walk), which a shorter run leaves out",
  "shared/dashboard.ts": "the same for the dashboard",
  "shared/image-panel.ts": "the same for the image panel",
};
