export interface Machine {
  /** Model of its processors, as the system says it. */
  readonly cpu: string;
  readonly physicalCores: number;
  readonly logicalCores: number;
  readonly memoryBytes: number;
  readonly freeBytes: number;
  readonly host: string;
  /** Also the name of the home folder. */
  readonly user: string;
  /** Time zone and language. */
  readonly env: Readonly<Record<string, string>>;
  readonly fonts: boolean;
}

export const MACHINES: Readonly<Record<string, Machine>>;
export function machineEnvironment(name: string): Record<string, string>;
