/** The window's parts on a page of their own, for test/e2e/ui-shell-parts.test.ts. Not shipped. */
import "../../../src/renderer/styles/tokens.css";
import "../../../src/renderer/styles/base.css";
import { mount } from "svelte";
import Parts from "./Parts.svelte";

mount(Parts, { target: document.getElementById("app")! });
