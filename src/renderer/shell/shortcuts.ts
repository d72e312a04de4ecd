/** Keys of the window. A browser keeps Ctrl+1 for its tabs, so every view also has `g` and its letter. */
import { VIEW_IDS, type ViewId } from "../routing/route.ts";
import { VIEW_NAMES } from "../views/views.ts";

const MAC = navigator.platform.startsWith("Mac");
const MODIFIER = MAC ? "⌘" : "Ctrl+";
export const PALETTE_KEYS = `${MODIFIER}K`;

/** Someone who pressed g and then thought is not waited for. */
const CHORD_MS = 1500;

/** Where keys are text, letters belong to the text. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target.isContentEditable || target.matches("textarea, select, [role='combobox']");
}

interface ShortcutActions {
  readonly palette: () => void;
  readonly go: (view: ViewId) => void;
  /** Takes back what was just done; false where there is nothing to take back. */
  readonly undo: () => boolean;
  /** A dialog is open: letters do not lead away from it. */
  readonly blocked: () => boolean;
}

/** A listener for the window's keydown. */
export function shortcuts(actions: ShortcutActions): (event: KeyboardEvent) => void {
  let chordUntil = 0;
  return (event) => {
    const modifier = MAC ? event.metaKey : event.ctrlKey;
    if (modifier && !event.altKey && !event.shiftKey) {
      if (event.key.toLowerCase() === "k") {
        event.preventDefault();
        actions.palette();
      }
      if (event.key.toLowerCase() === "z" && !isTyping(event.target) && !actions.blocked() && actions.undo()) {
        event.preventDefault();
      }
      const view = /^[1-8]$/.test(event.key) ? VIEW_IDS[Number(event.key) - 1] : undefined;
      if (view === undefined || actions.blocked()) return;
      event.preventDefault();
      actions.go(view);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || actions.blocked()) return;
    const key = event.key.toLowerCase();
    if (event.timeStamp < chordUntil) {
      chordUntil = 0;
      const view = VIEW_IDS.find((id) => VIEW_NAMES[id].letter === key);
      if (view === undefined) return;
      event.preventDefault();
      actions.go(view);
    } else if (key === "g") {
      chordUntil = event.timeStamp + CHORD_MS;
    }
  };
}
