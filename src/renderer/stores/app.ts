/** What every component of the window can ask for, through Svelte's context. */
import { createContext } from "svelte";
import type { EventPayload, MenuCommand } from "#shared/api.ts";
import { VIEWS } from "../views/views.ts";
import { type Lab, openLab } from "./bridge.ts";
import { CommandsStore } from "./commands.svelte.ts";
import { ConfirmStore } from "./confirm.svelte.ts";
import { ConnectionStore } from "./connection.svelte.ts";
import { Files } from "./files.ts";
import { PreferencesStore } from "./preferences.svelte.ts";
import { RouterStore } from "./router.svelte.ts";
import { ToastsStore } from "./toasts.svelte.ts";

type StoreClass<T> = new (lab: Lab) => T;

export interface App {
  readonly connection: ConnectionStore;
  readonly preferences: PreferencesStore;
  readonly router: RouterStore;
  readonly commands: CommandsStore;
  readonly toasts: ToastsStore;
  readonly confirm: ConfirmStore;
  readonly files: Files;
  /** Calls back when the desktop app's menu asks for `command`; `view.*` and `palette.open` are the shell's own. */
  onMenu(command: MenuCommand, listener: () => void): () => void;
  /** Calls back with what failed that no request asked for. */
  onProblem(listener: (problem: EventPayload<"problem.noted">) => void): () => void;
  /** The window's one store of a feature, made when it is first asked for and kept: a view that comes back finds its data. */
  store<T>(type: StoreClass<T>): T;
}

const [getApp, setApp] = createContext<App>();
export { getApp, setApp };

/** `const history = useStore(HistoryStore)` while a component is set up. */
export function useStore<T>(type: StoreClass<T>): T {
  return getApp().store(type);
}

export function createApp(page: Window): App {
  const lab = openLab(page);
  const preferences = new PreferencesStore(page);
  const connection = new ConnectionStore(lab);
  const router = new RouterStore(
    page,
    preferences,
    VIEWS.map(({ id }) => id),
  );
  void preferences.connect(lab).then((brought) => {
    if (brought) router.restore();
  });
  const stores = new Map<StoreClass<unknown>, unknown>();
  return {
    connection,
    preferences,
    router,
    commands: new CommandsStore(),
    toasts: new ToastsStore(),
    confirm: new ConfirmStore(),
    files: new Files(lab, () => connection.info?.nativeDialogs === true),
    onMenu: (command, listener) =>
      lab.on("menu.chosen", (chosen) => {
        if (chosen.command === command) listener();
      }),
    onProblem: (listener) => lab.on("problem.noted", listener),
    store: <T>(type: StoreClass<T>): T => {
      if (!stores.has(type)) stores.set(type, new type(lab));
      return stores.get(type) as T;
    },
  };
}
