// Turns a cell into the body of an async function, so that cells share their names.
//
// The names of earlier cells become parameters, and the function returns all names again. An import
// becomes a call of `load`. Line numbers do not change, so errors show the line in the cell.

import { parse, type Program, type Pattern, type Statement, type ModuleDeclaration } from 'acorn';

export interface CompiledCell {
  /** Body of an async function with the parameters `parameters`. */
  readonly body: string;
  /** Names of earlier cells that the cell does not declare itself. */
  readonly parameters: readonly string[];
  /** All names that the function returns as an object. */
  readonly names: readonly string[];
}

/** Name of the function that imports a module; not a valid name in a cell's text by accident. */
export const LOAD = '$load';

/**
 * Compiles one cell.
 *
 * @param scope names that earlier cells have declared
 * @throws SyntaxError with `loc` (line from 1, column from 0) for invalid code
 */
export function compileCell(code: string, scope: Iterable<string>): CompiledCell {
  const program = parseCell(code);
  const declared = new Set(program.body.flatMap(namesOf));
  const parameters = [...scope].filter((name) => !declared.has(name));
  const names = [...parameters, ...declared];
  let text = code;
  for (const statement of [...program.body].reverse()) {
    if (statement.type !== 'ImportDeclaration') continue;
    const original = code.slice(statement.start, statement.end);
    const call = `await ${LOAD}(${JSON.stringify(statement.source.value)});`;
    const lines = '\n'.repeat(original.split('\n').length - 1);
    text =
      text.slice(0, statement.start) +
      importTarget(statement) +
      call +
      lines +
      text.slice(statement.end);
  }
  return { body: `'use strict';${text}\nreturn { ${names.join(', ')} };`, parameters, names };
}

/** The top-level names that a cell declares. @throws SyntaxError as `compileCell` */
export function declaredNames(code: string): string[] {
  return parseCell(code).body.flatMap(namesOf);
}

/** True if a cell only imports and defines: it has no other statement. */
export function onlyDefines(code: string): boolean {
  return parseCell(code).body.every(({ type }) => type.endsWith('Declaration'));
}

function parseCell(code: string): Program {
  return parse(code, {
    ecmaVersion: 2022,
    sourceType: 'module',
    allowAwaitOutsideFunction: true,
  });
}

type ImportDeclaration = Extract<ModuleDeclaration, { type: 'ImportDeclaration' }>;

/** What an import declares, as the left side of an assignment. */
function importTarget({ specifiers }: ImportDeclaration): string {
  if (specifiers.length === 0) return '';
  const [first] = specifiers;
  if (first.type === 'ImportNamespaceSpecifier') return `const ${first.local.name} = `;
  const fields = specifiers.map((specifier) => {
    const { name } = specifier.local;
    if (specifier.type !== 'ImportSpecifier') return `default: ${name}`;
    const { imported } = specifier;
    const source = imported.type === 'Identifier' ? imported.name : String(imported.value);
    return source === name ? name : `${source}: ${name}`;
  });
  return `const { ${fields.join(', ')} } = `;
}

function namesOf(statement: Statement | ModuleDeclaration): string[] {
  switch (statement.type) {
    case 'ImportDeclaration':
      return statement.specifiers.map(({ local }) => local.name);
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => namesInPattern(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [statement.id.name];
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
      throw new SyntaxError('a cell has no exports: later cells see its names anyway');
    default:
      return [];
  }
}

function namesInPattern(pattern: Pattern | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesInPattern(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesInPattern);
    case 'RestElement':
      return namesInPattern(pattern.argument);
    case 'AssignmentPattern':
      return namesInPattern(pattern.left);
    default:
      return [];
  }
}
