/** A CESQL v1 expression as a tree. `at` is where the part's own word or sign stands, so no two parts have the same. */

export type CesqlValue = string | number | boolean;
export type CesqlType = "String" | "Integer" | "Boolean";

export type Expression =
  | { readonly kind: "literal"; readonly at: number; readonly value: CesqlValue }
  /** In lower case, as every attribute's name is; expressions may write it in any case. */
  | { readonly kind: "attribute"; readonly at: number; readonly name: string }
  | { readonly kind: "exists"; readonly at: number; readonly name: string }
  | { readonly kind: "not"; readonly at: number; readonly operand: Expression }
  | { readonly kind: "minus"; readonly at: number; readonly operand: Expression }
  /** Two operands or more: a chain of one operator is one part, however long. */
  | {
      readonly kind: "logic";
      readonly at: number;
      readonly operator: LogicOperator;
      readonly operands: readonly Expression[];
    }
  | {
      readonly kind: "equality";
      readonly at: number;
      readonly negated: boolean;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "order";
      readonly at: number;
      readonly operator: OrderOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "arithmetic";
      readonly at: number;
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "like";
      readonly at: number;
      readonly negated: boolean;
      readonly operand: Expression;
      readonly pattern: string;
    }
  | {
      readonly kind: "in";
      readonly at: number;
      readonly negated: boolean;
      readonly operand: Expression;
      readonly set: readonly Expression[];
    }
  /** The name in upper case. */
  | { readonly kind: "call"; readonly at: number; readonly name: string; readonly parameters: readonly Expression[] };

export type LogicOperator = "AND" | "OR" | "XOR";
export type OrderOperator = "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
