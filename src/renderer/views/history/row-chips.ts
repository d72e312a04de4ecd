/** How many of a row's chips are shown whole: rows have one height and one line, and half a chip says nothing. */

/** Of the window's font, a little more than the average. */
const NAME_CHARACTER_PX = 7.6;
const CHIP_CHARACTER_PX = 6.4;
/** Inner space, border, and the gap before it. */
const CHIP_AROUND_PX = 26;
/** A chip is cut beyond that (HistoryRow.svelte), with its whole text as a tooltip. */
const WIDEST_CHIP_PX = 104;
/** `+2`. */
const MORE_PX = 44;
/** A long name is cut in its middle and keeps as much. */
const NAME_PX = 170;

/**
 * @param roomPx of the name with its chips
 * @param chips their texts, in order
 * @returns how many from the first on; the others are one more chip, `+2`
 */
export function chipsThatFit(roomPx: number, name: string, chips: readonly string[]): number {
  let left = roomPx - Math.min(NAME_PX, name.length * NAME_CHARACTER_PX);
  for (const [index, chip] of chips.entries()) {
    left -= Math.min(WIDEST_CHIP_PX, CHIP_AROUND_PX + chip.length * CHIP_CHARACTER_PX);
    if (left < (index === chips.length - 1 ? 0 : MORE_PX)) return index;
  }
  return chips.length;
}
