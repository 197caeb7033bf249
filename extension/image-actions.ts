// Describe Image…: opens the image panel and, given an image (from the explorer or the tab in front), describes it at once.
import * as vscode from "vscode";
import type { ImageDesk } from "./image-desk.ts";
import type { ImageTab } from "./image-tab.ts";

const IMAGE_PATH = /\.(png|jpe?g|gif|webp)$/i;

export interface ImageParts {
  readonly desk: ImageDesk;
  readonly tab: ImageTab;
}

export function imageActions({ desk, tab }: ImageParts) {
  return {
    describeImage: async (given?: unknown) => {
      const uri = given instanceof vscode.Uri ? given : imageInFront();
      if (uri) await desk.takeUri(uri);
      tab.open();
      return uri ? desk.describe() : undefined;
    },
  };
}

/** VS Code shows images in an editor of its own, which is no text editor. */
function imageInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && IMAGE_PATH.test(input.uri.path) ? input.uri : undefined;
}
