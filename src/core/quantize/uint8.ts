import { dynamic8Format } from "./dynamic8-format.ts";

export const uint8 = dynamic8Format("uint8");
