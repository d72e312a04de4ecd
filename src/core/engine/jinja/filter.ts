import { bind } from "./bind.ts";
import { text, type Value, type Keywords } from "./values.ts";

export type Filter = (value: Value, args: readonly Value[], keywords: Keywords) => Value;

/** A filter without arguments. */
export const plain =
  (make: (value: Value) => Value): Filter =>
  (value, args, keywords) => {
    bind(args, keywords, []);
    return make(value);
  };

export const ofText = (make: (value: string) => string): Filter => plain((value) => make(text(value)));
