/** The one origin that this app shows and listens to. */
export const SCHEME = "lab";
export const APP_URL = `${SCHEME}://app/`;

/** Parsed, never compared as text: `lab://app.evil/` starts like ours. */
export function isOurs(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.protocol === `${SCHEME}:` && parsed.host === "app";
}
