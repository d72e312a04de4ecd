/** What the library's parser gives; it exports no types of it. */
import { parse } from "@huggingface/jinja";
import { tokenize } from "./lex.ts";
import { rewrite } from "./rewrite.ts";
import { TemplateError } from "./values.ts";

export interface Name {
  readonly type: "Identifier";
  readonly value: string;
}
export interface Call {
  readonly type: "CallExpression";
  readonly callee: Node;
  readonly args: readonly Node[];
}
export interface KeywordArgument {
  readonly type: "KeywordArgumentExpression";
  readonly key: Name;
  readonly value: Node;
}
export interface Slice {
  readonly type: "SliceExpression";
  readonly start?: Node;
  readonly stop?: Node;
  readonly step?: Node;
}
export interface Member {
  readonly type: "MemberExpression";
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}
export interface Filter {
  readonly type: "FilterExpression";
  readonly operand: Node;
  readonly filter: Node;
}
export interface Binary {
  readonly type: "BinaryExpression";
  readonly operator: { readonly value: string };
  readonly left: Node;
  readonly right: Node;
}
export interface Select {
  readonly type: "SelectExpression";
  readonly lhs: Node;
  readonly test: Node;
}
export interface For {
  readonly type: "For";
  readonly loopvar: Node;
  readonly iterable: Node;
  readonly body: readonly Node[];
  readonly defaultBlock: readonly Node[];
}
export interface Set {
  readonly type: "Set";
  readonly assignee: Node;
  readonly value: Node | null;
  readonly body: readonly Node[];
}
export interface Macro {
  readonly type: "Macro";
  readonly name: Name;
  readonly args: readonly Node[];
  readonly body: readonly Node[];
}
export interface CallBlock {
  readonly type: "CallStatement";
  readonly call: Call;
  readonly callerArgs: readonly Node[] | null;
  readonly body: readonly Node[];
}

export type Node =
  | Name
  | Call
  | KeywordArgument
  | Slice
  | Member
  | Filter
  | Binary
  | Select
  | For
  | Set
  | Macro
  | CallBlock
  | { readonly type: "IntegerLiteral" | "FloatLiteral"; readonly value: number }
  | { readonly type: "StringLiteral"; readonly value: string }
  | { readonly type: "ArrayLiteral" | "TupleLiteral"; readonly value: readonly Node[] }
  | { readonly type: "ObjectLiteral"; readonly value: ReadonlyMap<Node, Node> }
  | { readonly type: "UnaryExpression"; readonly operator: { readonly value: string }; readonly argument: Node }
  | { readonly type: "Ternary"; readonly condition: Node; readonly trueExpr: Node; readonly falseExpr: Node }
  | { readonly type: "SpreadExpression" | "KeywordSpreadExpression"; readonly argument: Node }
  | { readonly type: "If"; readonly test: Node; readonly body: readonly Node[]; readonly alternate: readonly Node[] }
  | { readonly type: "Break" | "Continue" };

export function parseTemplate(source: string): readonly Node[] {
  const tokens = rewrite(tokenize(source)) as unknown as Parameters<typeof parse>[0];
  try {
    return parse(tokens).body as unknown as readonly Node[];
  } catch (error) {
    // Where a template ends too early, the parser reads beyond its tokens.
    if (error instanceof TypeError) throw new TemplateError("unexpected end of template", { cause: error });
    throw error;
  }
}

/** The names that a macro's body reads, which decide whether it takes any further arguments or a caller. */
export function readsName(nodes: readonly Node[], name: string): boolean {
  return nodes.some((node) => {
    if (node.type === "Identifier") return node.value === name;
    return partsOf(node).some((part) => readsName([part], name));
  });
}

function partsOf(node: Node): Node[] {
  // Names after a dot and names of arguments are no variables.
  if (node.type === "MemberExpression") return node.computed ? [node.object, node.property] : [node.object];
  if (node.type === "KeywordArgumentExpression") return [node.value];
  return Object.values(node as object).flatMap((part: unknown) => {
    if (part instanceof Map) return [...part.entries()].flat() as Node[];
    return [part].flat().filter((each): each is Node => typeof each === "object" && each !== null && "type" in each);
  });
}
