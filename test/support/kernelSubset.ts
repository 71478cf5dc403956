// Linter for kernel source text: the subset of JavaScript that gpu.js compiles to correct GPU code.
// It is an allowlist, so a construct that has not been tried on a GPU is rejected.
// kernels/kernel.ts gives the reasons.

import ts from 'typescript';

const MATH = ['floor', 'min', 'max', 'exp', 'log', 'sqrt', 'abs', 'pow', 'tanh', 'sin', 'cos'];
const MAX_ARRAYS = 7;

const ARITHMETIC = ['+', '-', '*', '/'];
const COMPARISON = ['===', '!==', '<', '<=', '>', '>=', '&&', '||'];
const ASSIGNMENT = ['=', '+=', '-=', '*='];

/** A kernel as the linter sees it. */
export interface KernelText {
  readonly text: string;
  readonly inputs: readonly string[];
  readonly scalars: readonly string[];
}

/** Violations in a kernel: what gpu.js would reject or, worse, compile incorrectly. */
export function lintKernel({ text, inputs, scalars }: KernelText): string[] {
  const problems: string[] = [];
  const report = (node: ts.Node, rule: string): void => {
    problems.push(`${rule}: ${node.getText()}`);
  };

  if (!text.startsWith('function'))
    return ['must be a function expression, not an arrow or a method'];
  if (inputs.length > MAX_ARRAYS)
    problems.push(`takes ${inputs.length} arrays; gpu.js allows ${MAX_ARRAYS}`);
  const file = ts.createSourceFile('kernel.ts', `(${text})`, ts.ScriptTarget.ESNext, true);
  const outer = file.statements[0];
  const body =
    ts.isExpressionStatement(outer) && ts.isParenthesizedExpression(outer.expression)
      ? outer.expression.expression
      : outer;
  if (!ts.isFunctionExpression(body)) return ['must be one function expression'];
  if (body.asteriskToken !== undefined || body.modifiers !== undefined) {
    problems.push('must be a plain function, neither async nor a generator');
  }

  const parameters = body.parameters.map((parameter) => parameter.name.getText());
  const declared = [...inputs, ...scalars];
  if (parameters.join() !== declared.join()) {
    problems.push(
      `parameters (${parameters.join()}) are not the declared arrays and scalars (${declared.join()})`,
    );
  }
  const arrays = new Set(parameters.slice(0, inputs.length));
  const locals = new Set<string>();
  const counters = new Set<string>();

  const expression = (node: ts.Expression): void => {
    if (ts.isParenthesizedExpression(node)) expression(node.expression);
    else if (ts.isNumericLiteral(node)) return;
    else if (ts.isIdentifier(node)) {
      if (arrays.has(node.text)) report(node, 'an array may only be read at an index');
      else if (!locals.has(node.text) && !parameters.includes(node.text))
        report(node, 'unknown name');
    } else if (ts.isPropertyAccessExpression(node)) {
      if (!isThisProperty(node))
        report(node, 'only this.thread.x and this.constants.NAME are known');
    } else if (ts.isElementAccessExpression(node)) {
      if (!ts.isIdentifier(node.expression) || !arrays.has(node.expression.text)) {
        report(node, 'only input arrays have elements');
      }
      expression(node.argumentExpression);
    } else if (ts.isPrefixUnaryExpression(node)) {
      if (!['-', '!'].includes(ts.tokenToString(node.operator)!))
        report(node, 'operator not allowed');
      expression(node.operand);
    } else if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText();
      if (![...ARITHMETIC, ...COMPARISON].includes(operator)) report(node, 'operator not allowed');
      expression(node.left);
      expression(node.right);
    } else if (ts.isCallExpression(node)) call(node);
    else report(node, `${ts.SyntaxKind[node.kind]} not allowed`);
  };

  const call = (node: ts.CallExpression): void => {
    const name = /^Math\.(\w+)$/.exec(node.expression.getText())?.[1];
    if (name === undefined || !MATH.includes(name))
      report(node, 'only these are known: Math.' + MATH.join());
    if (name === 'floor' && hasDivision(node.arguments[0]) && !isIndexDivision(node.arguments[0])) {
      report(node, 'a rounded division must read Math.floor((i + 0.5) / n)');
    }
    node.arguments.forEach(expression);
  };

  const declaration = (list: ts.VariableDeclarationList): void => {
    if ((list.flags & ts.NodeFlags.BlockScoped) === 0) report(list, 'let or const, not var');
    for (const { name, initializer } of list.declarations) {
      if (initializer === undefined) report(name, 'needs a first value');
      else expression(initializer);
      if (ts.isIdentifier(name)) locals.add(name.text);
      else report(name, 'no destructuring');
    }
  };

  const statement = (node: ts.Statement): void => {
    if (ts.isBlock(node)) node.statements.forEach(statement);
    else if (ts.isVariableStatement(node)) declaration(node.declarationList);
    else if (ts.isIfStatement(node)) {
      expression(node.expression);
      statement(node.thenStatement);
      if (node.elseStatement !== undefined) statement(node.elseStatement);
    } else if (ts.isForStatement(node)) {
      const counter = loopCounter(node);
      if (counter === null) report(node, 'loops read for (let i = 0; i < this.constants.n; i++)');
      else {
        locals.add(counter);
        counters.add(counter);
      }
      statement(node.statement);
    } else if (ts.isExpressionStatement(node)) assignment(node.expression);
    else if (ts.isReturnStatement(node) && node.expression !== undefined)
      expression(node.expression);
    // A lone semicolon does no harm; some compilers leave one behind a block.
    else if (!ts.isEmptyStatement(node)) report(node, `${ts.SyntaxKind[node.kind]} not allowed`);
  };

  const assignment = (node: ts.Expression): void => {
    if (!ts.isBinaryExpression(node) || !ASSIGNMENT.includes(node.operatorToken.getText())) {
      report(node, 'only assignments stand alone');
      return;
    }
    const { left } = node;
    if (!ts.isIdentifier(left) || !locals.has(left.text))
      report(left, 'only local variables change');
    else if (counters.has(left.text)) report(node, 'a loop counter only counts');
    expression(node.right);
  };

  body.body.statements.forEach(statement);
  const last = body.body.statements.at(-1);
  if (last === undefined || !ts.isReturnStatement(last)) problems.push('must end with return');
  for (const division of indexDivisions(body))
    report(division, 'an index must be rounded when divided');
  return problems;
}

function isThisProperty(node: ts.PropertyAccessExpression): boolean {
  return /^this\.(thread\.x|constants\.\w+)$/.test(node.getText());
}

/** `(i + 0.5) / n`: never slightly below an integer, however a GPU rounds. */
function isIndexDivision(node: ts.Expression): boolean {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.SlashToken)
    return false;
  const numerator = ts.isParenthesizedExpression(node.left) ? node.left.expression : node.left;
  return ts.isBinaryExpression(numerator) && /\+\s*0?\.5$/.test(numerator.getText());
}

/** Whether an expression divides; the floor of any other expression is that of a value. */
function hasDivision(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.SlashToken)
    return true;
  return ts.forEachChild(node, hasDivision) ?? false;
}

/** The counter of `for (let i = 0; i < this.constants.n; i++)`, or null for any other loop. */
function loopCounter({ initializer, condition, incrementor }: ts.ForStatement): string | null {
  const headParts = [initializer, condition, incrementor]
    .map((part) => part?.getText() ?? '')
    .join('; ');
  return /^let (\w+) = 0; \1 < this\.constants\.\w+; \1\+\+$/.exec(headParts)?.[1] ?? null;
}

/** Divisions outside Math.floor in the computation of an index. */
function indexDivisions(body: ts.FunctionExpression): ts.Node[] {
  // The values assigned to each variable, and the indices of array accesses.
  const values = new Map<string, ts.Node[]>();
  const unvisited: ts.Node[] = [];
  const collect = (node: ts.Node): void => {
    const give = (name: string, value: ts.Node) =>
      values.set(name, [...(values.get(name) ?? []), value]);
    if (ts.isVariableDeclaration(node) && node.initializer)
      give(node.name.getText(), node.initializer);
    if (ts.isBinaryExpression(node) && ASSIGNMENT.includes(node.operatorToken.getText())) {
      give(node.left.getText(), node.right);
    }
    if (ts.isElementAccessExpression(node)) unvisited.push(node.argumentExpression);
    ts.forEachChild(node, collect);
  };
  collect(body);

  const matches: ts.Node[] = [];
  const seen = new Set<string>();
  const search = (node: ts.Node, rounded: boolean): void => {
    if (ts.isIdentifier(node) && !seen.has(node.text)) {
      seen.add(node.text);
      unvisited.push(...(values.get(node.text) ?? []));
    }
    // An array element is a value; its index is already in the list.
    if (ts.isElementAccessExpression(node)) return;
    const divides =
      ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.SlashToken;
    if (divides && !rounded) matches.push(node);
    const floor = ts.isCallExpression(node) && node.expression.getText() === 'Math.floor';
    ts.forEachChild(node, (child) => search(child, floor));
  };
  for (let next = unvisited.pop(); next !== undefined; next = unvisited.pop()) search(next, false);
  return matches;
}
