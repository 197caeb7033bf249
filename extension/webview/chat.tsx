// The chat panel's page: connects the store to the door and draws the whole; everything it can do, it asks the extension for.
import { render } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { Composer } from "./composer.tsx";
import { Empty } from "./empty.tsx";
import { firstState, onMessage, post, rememberConversation } from "./host.ts";
import { routeLinks } from "./links.ts";
import { Store } from "./store.ts";
import { Transcript } from "./transcript.tsx";
import { announcementFor } from "./announcement.ts";

function Panel({ store }: { store: Store }) {
  const [view, setView] = useState(store.view);
  useLayoutEffect(() => store.listen(() => setView(store.view)), [store]);
  const { state } = view;
  if (!state) return null;
  rememberConversation(state.conversationId);
  return (
    <>
      <main>{state.turns.length === 0 ? <Empty needsKey={state.needsKey} /> : <Transcript store={store} view={view} />}</main>
      <Composer key={state.conversationId} store={store} view={view} />
      <div class="unseen" role="status" aria-live="polite">
        {announcementFor(view.announcement)}
      </div>
    </>
  );
}

const store = new Store();
const state = firstState();
if (state) store.receive({ type: "state", state });
const root = document.getElementById("root");
if (root) render(<Panel store={store} />, root);
onMessage((message) => store.receive(message));
routeLinks((url) => post({ type: "link", url }));
post({ type: "ready" });
