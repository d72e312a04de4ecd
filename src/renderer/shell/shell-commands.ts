import type { App } from "../stores/app.ts";
import type { Command } from "../stores/commands.svelte.ts";
import { THEMES } from "../stores/read-preferences.ts";
import { VIEWS } from "../views/views.ts";

const THEME_TITLES = { system: "Follow the system's theme", light: "Light theme", dark: "Dark theme" } as const;

/** What the palette always offers: every view, every theme. */
export function shellCommands({ router, preferences }: App): Command[] {
  return [
    ...VIEWS.map(({ id, label, letter }) => ({
      id: `go.${id}`,
      title: label,
      group: "Go to",
      keys: `g ${letter}`,
      run: () => {
        window.location.assign(router.hrefOf(id));
      },
    })),
    ...THEMES.map((theme) => ({
      id: `theme.${theme}`,
      title: THEME_TITLES[theme],
      group: "Window",
      words: "colour color appearance",
      run: () => {
        preferences.set({ theme });
      },
    })),
    {
      id: "window.rail",
      title: "Narrow or widen the rail",
      group: "Window",
      words: "sidebar labels",
      run: () => {
        preferences.set({ railNarrow: !preferences.all.railNarrow });
      },
    },
  ];
}
