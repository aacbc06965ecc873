/** TypeScript parsing: @babel/parser, which is pure JavaScript. It takes 30 ms to load: import it lazily. */
export { parse } from "npm:@babel/parser@7.29.14";
export type { ParserOptions } from "npm:@babel/parser@7.29.14";
export type {
  Comment,
  Directive,
  Expression,
  File,
  Node,
  ObjectExpression,
  Statement,
  TSEnumDeclaration,
  TSType,
  TSTypeReference,
  VariableDeclaration,
  VariableDeclarator,
} from "npm:@babel/types@7.29.14";
