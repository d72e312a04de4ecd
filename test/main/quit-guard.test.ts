import { beforeEach, describe, expect, it, vi } from "vitest";
import { QuitGuard } from "../../src/main/quit-guard.ts";
import { app, electron, FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

const [STAY, HIDE, STOP] = [0, 1, 2];
const lab = { busy: vi.fn((): string | null => "a run is being measured"), close: vi.fn(() => Promise.resolve()) };
let window: FakeWindow;

beforeEach(() => {
  app.removeAllListeners();
  FakeWindow.all = [];
  vi.clearAllMocks();
  lab.busy.mockReturnValue("a run is being measured");
  window = new FakeWindow({});
  const guard = new QuitGuard(lab);
  guard.install();
  guard.guardWindow(window as never);
});

/** Presses the close button or Quit; what the user answers is given. */
async function press(what: "close" | "before-quit", response: number): Promise<{ prevented: boolean }> {
  electron.dialog.showMessageBox.mockResolvedValue({ response });
  const preventDefault = vi.fn();
  (what === "close" ? window : app).emit(what, { preventDefault });
  await new Promise((resolve) => setImmediate(resolve));
  return { prevented: preventDefault.mock.calls.length > 0 };
}

describe("QuitGuard", () => {
  it.each(["close", "before-quit"] as const)("lets %s pass while nothing goes on", async (what) => {
    lab.busy.mockReturnValue(null);
    expect(await press(what, STAY)).toEqual({ prevented: false });
    expect(electron.dialog.showMessageBox).not.toHaveBeenCalled();
  });

  it.each(["close", "before-quit"] as const)("asks before %s while a run is measured, and stays", async (what) => {
    expect(await press(what, STAY)).toEqual({ prevented: true });
    expect(electron.dialog.showMessageBox).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: "Quit while a run is being measured?", cancelId: STAY }),
    );
    expect(lab.close).not.toHaveBeenCalled();
    expect(electron.app.quit).not.toHaveBeenCalled();
  });

  it("goes on in the background with its window hidden", async () => {
    await press("close", HIDE);
    expect(window.hide).toHaveBeenCalledOnce();
    expect(electron.app.quit).not.toHaveBeenCalled();
  });

  it("stops the run, waits until it is stored, and quits without asking again", async () => {
    const stored = Promise.withResolvers<undefined>();
    lab.close.mockReturnValueOnce(stored.promise);
    await press("before-quit", STOP);
    expect(electron.app.quit).not.toHaveBeenCalled();
    stored.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(electron.app.quit).toHaveBeenCalledOnce();
    expect(await press("before-quit", STAY)).toEqual({ prevented: false });
    expect(await press("close", STAY)).toEqual({ prevented: false });
  });

  it("asks once, however often the button is pressed", async () => {
    const answer = Promise.withResolvers<{ response: number }>();
    electron.dialog.showMessageBox.mockReturnValueOnce(answer.promise);
    for (let times = 0; times < 3; times++) window.emit("close", { preventDefault: vi.fn() });
    expect(electron.dialog.showMessageBox).toHaveBeenCalledOnce();
    answer.resolve({ response: STAY });
    await answer.promise;
  });
});
