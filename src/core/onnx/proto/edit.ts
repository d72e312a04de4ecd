/** Making and changing messages. */
import type { Field, Message, MessageType, Properties } from "./fields.ts";

/** The argument of create(): any properties of a message, with plain objects for messages inside. */
type Init<T> = T extends Message
  ? T | Parts<T>
  : T extends Uint8Array
    ? T
    : T extends readonly (infer E)[]
      ? readonly Init<E>[]
      : T extends { case: infer C; value: infer V }
        ? { readonly case: C; readonly value: Init<V> }
        : T;

/** Properties of a message, without being one. */
export type Parts<T> = { readonly [K in keyof T]?: Init<T[K]> | undefined };

export function create<T extends Message>(type: MessageType<T>, parts: Parts<NoInfer<T>> = {}): T {
  const message = new type();
  fill(message, parts, type, CREATE);
  return message;
}

/** A deep copy, unknown fields included. */
export function clone<T extends Message>(type: MessageType<T>, message: T): T {
  const copy = new type();
  fill(copy, message as unknown as Properties, type, CLONE);
  if (message.unknownFields) copy.unknownFields = message.unknownFields.map((each) => each.slice());
  return copy;
}

/** Whether a scalar holds a value of its own, be it the default. */
export function isFieldSet<T extends Message>(message: T, name: Exclude<keyof T, keyof Message>): boolean {
  return Object.hasOwn(message, name);
}

/** Takes a scalar's value away: it reads as the default and is not written. */
export function clearField<T extends Message>(message: T, name: Exclude<keyof T, keyof Message>): void {
  Reflect.deleteProperty(message, name);
}

/** Copies the values that are neither numbers nor texts. */
interface Copying {
  message(type: MessageType, value: unknown): Message;
  bytes(value: Uint8Array): Uint8Array;
}

const CREATE: Copying = {
  message: (type, value) => (value instanceof type ? value : create(type, value as object)),
  bytes: (value) => value,
};
const CLONE: Copying = {
  message: (type, value) => clone(type, value as Message),
  bytes: (value) => value.slice(),
};

function fill(target: Message, from: Properties, type: MessageType, copying: Copying): void {
  const into = target as unknown as Properties;
  for (const field of type.table!.fields) {
    const { name, repeated, oneOf } = field;
    if (oneOf) {
      const choice = from[oneOf] as { case?: string; value?: unknown } | undefined;
      if (choice?.case === name) into[oneOf] = { case: name, value: copied(field, choice.value, copying) };
    } else if (Object.hasOwn(from, name) && from[name] !== undefined) {
      const value = from[name];
      into[name] = repeated
        ? (value as unknown[]).map((each) => copied(field, each, copying))
        : copied(field, value, copying);
    }
  }
}

function copied({ message, scalar }: Field, value: unknown, copying: Copying): unknown {
  if (message) return copying.message(message, value);
  return scalar === "bytes" ? copying.bytes(value as Uint8Array) : value;
}
