// The types that the SDK declares for a method's request and response, as JSON: "string", "number",
// "boolean", "any", {"values": [...]} of an enumeration, {"list": TYPE}, {"fields": {NAME: TYPE}}. They
// are read from its declaration files: nothing is left of them at run time.
import {createRequire} from 'node:module';
import path from 'node:path';

import ts from 'typescript';

type Fields = Record<string, Described>;
type Described = string | {values: unknown[]} | {list: Described} | {fields: Fields};

const main = createRequire(import.meta.url).resolve('extend-ai');
const entry = path.join(path.dirname(main), 'index.d.ts');
const program = ts.createProgram([entry], {strict: true, module: ts.ModuleKind.NodeNext});
const checker = program.getTypeChecker();

// typesOf({CALL: [PROPERTY OF THE CLIENT, METHOD]}): {CALL: {"request": TYPE, "response": TYPE}}
export function typesOf(methods: Record<string, readonly [string, string]>) {
  const source = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  const alias = checker.getExportsOfModule(source).find(symbol => symbol.name === 'ExtendClient')!;
  const client = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(alias));
  return Object.fromEntries(Object.entries(methods).map(([call, [resource, method]]) => {
    const type = typeOfMember(typeOfMember(client, resource), method);
    return [call, ofMethod(checker.getSignaturesOfType(type, ts.SignatureKind.Call)[0])];
  }));
}

function typeOfMember(type: ts.Type, name: string): ts.Type {
  return checker.getTypeOfSymbol(checker.getPropertyOfType(type, name)!);
}

function ofMethod(signature: ts.Signature) {
  const fields: Fields = {};
  for (const parameter of signature.parameters) {
    const type = nonNull(checker.getTypeOfSymbol(parameter));
    if (parameter.name === 'request') Object.assign(fields, fieldsOf(type));
    else if (parameter.name !== 'requestOptions') fields[parameter.name] = describe(type);
  }
  delete fields['x-extend-workspace-id']; // a header
  // A method returns HttpResponsePromise<response>.
  const [response] = checker.getTypeArguments(signature.getReturnType() as ts.TypeReference);
  return {request: {fields}, response: describe(response)};
}

function fieldsOf(type: ts.Type): Fields {
  return Object.fromEntries(checker.getPropertiesOfType(type).map(member => {
    const declaration = member.valueDeclaration as ts.PropertySignature;
    return [member.name, describe(checker.getTypeOfSymbol(member), declaration.type)];
  }));
}

// `node`: how the type was written, if that is known.
function describe(written: ts.Type, node?: ts.TypeNode): Described {
  const values = node && valuesOf(node);
  if (values) return {values};
  const type = nonNull(written);
  if (type.flags & ts.TypeFlags.StringLiteral) return {values: [(type as ts.StringLiteralType).value]};
  if (type.flags & ts.TypeFlags.StringLike) return 'string';
  if (type.flags & ts.TypeFlags.NumberLike) return 'number';
  if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean';
  if (checker.isArrayType(type)) {
    return {list: describe(checker.getTypeArguments(type as ts.TypeReference)[0])};
  }
  if (type.isUnion()) return type.types.map(item => describe(item)).reduce(merge);
  if (type.flags & ts.TypeFlags.Any || checker.getIndexInfosOfType(type).length) return 'any';
  if (type.flags & ts.TypeFlags.Object) return {fields: fieldsOf(type)};
  throw new Error(`no description of ${checker.typeToString(type)}`);
}

function nonNull(type: ts.Type): ts.Type {
  return checker.getNonNullableType(type);
}

// An enumeration is a constant object and, with the same name, a type that is any string.
function valuesOf(node: ts.TypeNode): unknown[] | undefined {
  if (ts.isUnionTypeNode(node)) return node.types.map(valuesOf).find(values => values);
  if (!ts.isTypeReferenceNode(node)) return undefined;
  const symbol = checker.getSymbolAtLocation(node.typeName);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Variable)) return undefined;
  return checker.getPropertiesOfType(checker.getTypeOfSymbol(symbol))
    .map(member => (checker.getTypeOfSymbol(member) as ts.StringLiteralType).value);
}

// Of the members of a union: all fields, all values.
function merge(one: Described, other: Described): Described {
  if (typeof one === 'object' && typeof other === 'object') {
    if ('values' in one && 'values' in other) return {values: [...one.values, ...other.values]};
    if ('fields' in one && 'fields' in other) {
      const fields = {...one.fields};
      for (const [name, item] of Object.entries(other.fields)) {
        fields[name] = name in fields ? merge(fields[name], item) : item;
      }
      return {fields};
    }
  }
  if (one === other) return one;
  throw new Error(`no description of ${JSON.stringify(one)} or ${JSON.stringify(other)}`);
}
