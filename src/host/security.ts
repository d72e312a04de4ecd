/**
 * Who may talk to the loopback host. Other programs and every web page on this machine can reach 127.0.0.1, so: a one-time
 * token starts a session, a cookie carries it, and Host and Origin must be exactly ours (that stops DNS rebinding).
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export const LOOPBACK = "127.0.0.1";

/** 32 random bytes, safe in a URL and in a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares in a time that tells nothing about where, or whether in length, the two differ. */
export function sameSecret(given: string | null | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return given != null && timingSafeEqual(digest(given), digest(expected));
}

/** The Host header; undefined without one, and where there are several: Node itself would take the first and say nothing. */
export function hostOf({ headersDistinct }: Pick<IncomingMessage, "headersDistinct">): string | undefined {
  const [host, ...others] = headersDistinct.host ?? [];
  return others.length === 0 ? host : undefined;
}

export function hostAllowed(header: string | undefined, port: number): boolean {
  return header === `${LOOPBACK}:${port}`;
}

export function originAllowed(header: string | undefined, port: number): boolean {
  return header === `http://${LOOPBACK}:${port}`;
}

/** Cookies know no ports: the name keeps two hosts of one machine apart. */
function cookieName(port: number): string {
  return `quantscope-${port}`;
}

export function sessionCookie(port: number, session: string): string {
  return `${cookieName(port)}=${session}; Path=/; HttpOnly; SameSite=Strict`;
}

/** The session's secret in a Cookie header; undefined where it has none. */
export function readSession(header: string | undefined, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`;
  const part = header?.split(";").find((pair) => pair.trim().startsWith(prefix));
  return part?.trim().slice(prefix.length);
}

/** The session of one host: its cookie's secret, and the token that is good for one entry. */
export class Session {
  readonly secret = newSecret();
  #token = newSecret();

  get token(): string {
    return this.#token;
  }

  /** True once per token; the next token is then another. */
  redeem(given: string | null): boolean {
    if (!sameSecret(given, this.#token)) return false;
    this.#token = newSecret();
    return true;
  }

  holds(cookieHeader: string | undefined, port: number): boolean {
    return sameSecret(readSession(cookieHeader, port), this.secret);
  }
}
