/** A list of numbers to read: a plain array or a typed one. */
export type Numbers = ArrayLike<number> & Iterable<number>;
