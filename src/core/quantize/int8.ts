import { dynamic8Format } from "./dynamic8-format.ts";

export const int8 = dynamic8Format("int8");
