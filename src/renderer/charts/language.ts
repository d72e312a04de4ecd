/**
 * Imported before uPlot, which makes a number format of `navigator.language` while it loads: Chromium in the C or POSIX locale
 * says `en-US@posix` there, which is no language tag, and the whole page would stop. Our own numbers are always in English.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
