import { describe, expect, it } from "vitest";
import {
  hostAllowed,
  hostOf,
  newSecret,
  originAllowed,
  readSession,
  sameSecret,
  Session,
  sessionCookie,
} from "../../src/host/security.ts";

describe("newSecret", () => {
  it("holds 32 random bytes in characters that a URL and a cookie take", () => {
    expect(newSecret()).toMatch(/^[\w-]{43}$/);
    expect(newSecret()).not.toBe(newSecret());
  });
});

describe("sameSecret", () => {
  it("is true for the same text only", () => {
    expect(sameSecret("abc", "abc")).toBe(true);
    for (const other of ["abd", "ab", "abcd", "", null, undefined]) expect(sameSecret(other, "abc")).toBe(false);
  });
});

describe("hostOf", () => {
  it("is the one Host header, and none where there are several", () => {
    expect(hostOf({ headersDistinct: { host: ["127.0.0.1:8123"] } })).toBe("127.0.0.1:8123");
    expect(hostOf({ headersDistinct: { host: ["127.0.0.1:8123", "evil.example"] } })).toBeUndefined();
    expect(hostOf({ headersDistinct: {} })).toBeUndefined();
  });
});

describe("hostAllowed", () => {
  it("takes our address with our port", () => {
    expect(hostAllowed("127.0.0.1:8123", 8123)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "127.0.0.1:8124",
    "localhost:8123",
    "evil.example:8123",
    "127.0.0.1:8123.evil.example",
    "",
    undefined,
  ])("refuses %j", (host) => {
    expect(hostAllowed(host, 8123)).toBe(false);
  });
});

describe("originAllowed", () => {
  it("takes our own pages", () => {
    expect(originAllowed("http://127.0.0.1:8123", 8123)).toBe(true);
  });

  it.each(["http://127.0.0.1:8124", "https://127.0.0.1:8123", "http://evil.example", "null", undefined])(
    "refuses %j",
    (origin) => {
      expect(originAllowed(origin, 8123)).toBe(false);
    },
  );
});

describe("readSession", () => {
  it("finds our cookie among others", () => {
    expect(readSession("a=1; quantscope-80=x-_y; b=2", 80)).toBe("x-_y");
  });

  it("does not take another port's cookie", () => {
    expect(readSession("quantscope-8=x", 80)).toBeUndefined();
    expect(readSession("quantscope-801=x", 80)).toBeUndefined();
    expect(readSession(undefined, 80)).toBeUndefined();
  });
});

describe("sessionCookie", () => {
  it("is out of reach for scripts and for other sites", () => {
    expect(sessionCookie(80, "x")).toBe("quantscope-80=x; Path=/; HttpOnly; SameSite=Strict");
  });
});

describe("Session", () => {
  it("lets in once for each token", () => {
    const session = new Session();
    const token = session.token;
    expect(session.redeem("wrong")).toBe(false);
    expect(session.redeem(null)).toBe(false);
    expect(session.redeem(token)).toBe(true);
    expect(session.redeem(token)).toBe(false);
    expect(session.redeem(session.token)).toBe(true);
  });

  it("is held by who brings its cookie, and the token is not the cookie", () => {
    const session = new Session();
    expect(session.holds(`quantscope-80=${session.secret}`, 80)).toBe(true);
    expect(session.holds(`quantscope-80=${session.token}`, 80)).toBe(false);
    expect(session.holds(undefined, 80)).toBe(false);
  });
});
