interface Switch {
  readonly name: string;
  readonly value?: string;
  readonly why: string;
}

/**
 * What Chromium is told before Electron is ready, so that it calls nobody: the app's pages come from its own scheme and need
 * no network. The first two shut the way out, whoever asks; the others name what would ask. Electron is built without most of
 * that, and passes over a switch that it does not know.
 */
export const SWITCHES: readonly Switch[] = [
  { name: "host-resolver-rules", value: "MAP * ~NOTFOUND", why: "no host is found, by name or by number" },
  { name: "no-proxy-server", why: "no request goes through a proxy, and none is searched for in the network" },
  { name: "disable-background-networking", why: "field trials, lists of unsafe sites, predictions" },
  { name: "disable-component-update", why: "updates of Chromium's components" },
  { name: "disable-domain-reliability", why: "reports on failed requests" },
  { name: "no-pings", why: "reports on links that were followed" },
];
