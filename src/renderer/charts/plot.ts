/** One uPlot in an element, driven by a model. */
import "./language.ts";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartModel } from "#shared/charts/model.ts";
import { CanvasPen } from "#shared/charts/drawing/canvas-pen.ts";
import { drawMarks } from "#shared/charts/drawing/marks.ts";
import { toneColour } from "#shared/charts/palette.ts";
import { plotData, type PlotData } from "./plot-data.ts";
import { plotOptions } from "./plot-options.ts";
import { type Readout, readoutAt } from "./readout.ts";
import { type ChartSettings, type View, WHOLE, wholeRange } from "./settings.ts";

/** CSS pixels. */
const OVER = 6;

interface PlotEvents {
  readonly onReadout: (readout: Readout | null, left: number, top: number) => void;
  readonly onZoom: (zoomed: boolean) => void;
}

/** What uPlot does not draw, as every other picture has it; half a marker may reach over the plot's edge. */
function marks(plot: uPlot, model: ChartModel, data: PlotData, { colours, hidden }: ChartSettings): void {
  const { ctx: context, bbox } = plot;
  const ratio = devicePixelRatio;
  const at = (axis: "x" | "y", value: number): number => plot.valToPos(value, axis, true) / ratio;
  const box = {
    left: bbox.left / ratio,
    top: bbox.top / ratio,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
  };
  const colourOf = (tone: Parameters<typeof toneColour>[0]): string => toneColour(tone, colours);
  const pen = new CanvasPen<Path2D>(context, (d) => new Path2D(d), colourOf, colours.font);
  context.save();
  context.scale(ratio, ratio);
  context.beginPath();
  context.rect(box.left - OVER, box.top - OVER, box.width + 2 * OVER, box.height + 2 * OVER);
  context.clip();
  drawMarks({ pen, box, at }, model, data, hidden, false);
  context.restore();
}

export class Plot {
  readonly #element: HTMLElement;
  readonly #events: PlotEvents;
  #plot: uPlot | null = null;
  #model!: ChartModel;
  #data!: PlotData;
  #settings!: ChartSettings;
  #ranges!: ReturnType<typeof wholeRange>;
  #view: View = WHOLE;

  constructor(element: HTMLElement, events: PlotEvents) {
    this.#element = element;
    this.#events = events;
  }

  /** Draws the model; a stream that only grew keeps its canvas and its zoom. */
  show(model: ChartModel, settings: ChartSettings): void {
    const grew = this.#plot !== null && settings === this.#settings && shape(model) === shape(this.#model);
    if (this.#plot !== null && model.x.scale + model.y.scale !== this.#model.x.scale + this.#model.y.scale)
      this.#zoom(WHOLE);
    this.#model = model;
    this.#settings = settings;
    this.#data = plotData(model);
    this.#ranges = wholeRange(model);
    if (grew) this.#plot!.setData(this.#data.columns as uPlot.AlignedData);
    else this.#make();
  }

  resize(width: number, height: number): void {
    if (this.#plot && width > 0 && height > 0) this.#plot.setSize({ width, height });
  }

  resetZoom(): void {
    this.#zoom(WHOLE);
    this.#plot?.setData(this.#plot.data);
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #make(): void {
    this.#plot?.destroy();
    const { clientWidth: width, clientHeight: height } = this.#element;
    const options = plotOptions({
      model: this.#model,
      settings: this.#settings,
      width,
      height,
      ranges: this.#ranges,
      view: () => ({ x: this.#view.x ?? this.#ranges.x, y: this.#view.y ?? this.#ranges.y }),
    });
    const hooks: uPlot.Hooks.Arrays = {
      draw: [
        (plot) => {
          marks(plot, this.#model, this.#data, this.#settings);
        },
      ],
      setSelect: [
        (plot) => {
          this.#select(plot);
        },
      ],
      setCursor: [
        (plot) => {
          this.#point(plot);
        },
      ],
    };
    const bind: uPlot.Cursor.Bind = {
      dblclick: () => () => {
        this.resetZoom();
        return null;
      },
    };
    const { columns } = this.#data;
    const cursor = { ...options.cursor, bind };
    this.#plot = new uPlot({ ...options, cursor, hooks }, columns as uPlot.AlignedData, this.#element);
  }

  #select(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    if (width < 4 && height < 4) return;
    const x = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")] as const;
    const y = [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")] as const;
    // A selection over the whole height is one along x.
    const whole = height >= plot.over.clientHeight - 1 || height === 0;
    this.#zoom({ x: width < 4 ? this.#view.x : x, y: whole ? this.#view.y : y });
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    plot.setData(plot.data);
  }

  #zoom(view: View): void {
    this.#view = view;
    this.#events.onZoom(view.x !== null || view.y !== null);
  }

  #point(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    const at = (axis: "x" | "y", value: number): number => plot.valToPos(value, axis);
    const inside = left >= 0 && top >= 0;
    const readout = inside ? readoutAt(this.#model, this.#data, this.#settings.hidden, { left, top, at }) : null;
    this.#events.onReadout(readout, left + plot.over.offsetLeft, top + plot.over.offsetTop);
  }
}

/** What must not change for new data to go into the same uPlot. */
function shape({ kind, x, y, series }: ChartModel): string {
  const axes = [x, y].map(({ scale, label, unit, categories }) => [scale, label, unit, categories]);
  return JSON.stringify([kind, axes, series.map(({ id, reference, look }) => [id, reference, look])]);
}
