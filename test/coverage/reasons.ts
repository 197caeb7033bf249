// Why a file may be run for less than three fifths by the suites that were measured; a reason that no longer applies is reported.

export const REASONS: Readonly<Record<string, string>> = {
  "server/catalog/source/generate.ts": "the program of `npm run catalogue`; what it calls is tested, the program itself is run by hand",
  "server/catalog/source/import.ts": "the program of `npm run catalogue:import`; it reads material that the project does not hold",
  "server/catalog/source/import-boards.ts": "reads material that the project does not hold; run by hand with `npm run catalogue:import`",
  "server/catalog/source/import-models-dev.ts":
    "reads material that the project does not hold; run by hand with `npm run catalogue:import`",
  "server/routing/scorer/train/train.ts": "the program of `npm run train`; its parts are tested, its data lie outside the project",
};
