/** Protobuf descriptors from lines that read as in a .proto file, so that no generator is needed. */
import { create } from "@bufbuild/protobuf"
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt"
import type { DescriptorProto, FileDescriptorProto } from "@bufbuild/protobuf/wkt"

/**
 * A proto3 file of one package. A message is a list of fields, each `type name = number`, `repeated ...`,
 * `optional ...`, `map<string, type> ...` or `oneof(group) ...`; an enum is the names of its values from 0 up.
 */
export const fileDescriptor = (
  pkg: string,
  messages: Readonly<Record<string, ReadonlyArray<string>>>,
  enums: Readonly<Record<string, ReadonlyArray<string>>>,
): FileDescriptorProto =>
  create(FileDescriptorProtoSchema, {
    name: `${pkg}.proto`,
    package: pkg,
    syntax: "proto3",
    messageType: Object.entries(messages).map(([name, lines]) => messageDescriptor(pkg, name, lines, enums)),
    enumType: Object.entries(enums).map(([name, values]) => ({
      name,
      value: values.map((value, number) => ({ name: value, number })),
    })),
  })

const messageDescriptor = (
  pkg: string,
  message: string,
  lines: ReadonlyArray<string>,
  enums: Readonly<Record<string, ReadonlyArray<string>>>,
): DescriptorProto => {
  const fields = lines.map(parse)
  const groups = [...new Set(fields.flatMap((field) => field.group ?? []))]
  // proto3 `optional` is a oneof of one field; the real oneofs have to come first.
  const oneofs = [...groups, ...fields.filter((field) => field.optional).map((field) => `_${field.name}`)]
  const typed = (type: string) => {
    const scalar = scalars[type]
    if (scalar !== undefined) return { type: scalar }
    return { type: type in enums ? Type.ENUM : Type.MESSAGE, typeName: `.${pkg}.${type}` }
  }
  return create(DescriptorProtoSchema, {
    name: message,
    oneofDecl: oneofs.map((name) => ({ name })),
    nestedType: fields
      .filter((field) => field.map)
      .map((field) => ({
        name: entryName(field.name),
        options: { mapEntry: true },
        field: [
          { name: "key", number: 1, label: Label.OPTIONAL, type: Type.STRING },
          { name: "value", number: 2, label: Label.OPTIONAL, ...typed(field.type) },
        ],
      })),
    field: fields.map((field) => {
      const oneof = field.group ?? (field.optional ? `_${field.name}` : undefined)
      return {
        name: field.name,
        number: field.number,
        label: field.repeated || field.map ? Label.REPEATED : Label.OPTIONAL,
        ...(field.map
          ? { type: Type.MESSAGE, typeName: `.${pkg}.${message}.${entryName(field.name)}` }
          : typed(field.type)),
        ...(oneof === undefined ? {} : { oneofIndex: oneofs.indexOf(oneof) }),
        ...(field.optional ? { proto3Optional: true } : {}),
      }
    }),
  })
}

const parse = (line: string) => {
  const match = /^(?:(repeated|optional) |oneof\((\w+)\) )?(?:map<string, (\w+)>|(\w+)) (\w+) = (\d+)$/.exec(line)
  if (match === null) throw new Error(`Not a field: ${line}`)
  const [, label, group, mapped, plain, name = "", number] = match
  return {
    name,
    number: Number(number),
    type: mapped ?? plain ?? "",
    map: mapped !== undefined,
    repeated: label === "repeated",
    optional: label === "optional",
    group,
  }
}

/** `loss_fn_config` -> `LossFnConfigEntry`: the name that protobuf demands of a map's entry type. */
const entryName = (field: string) =>
  `${field.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Entry`

const scalars: Readonly<Record<string, Type>> = {
  bytes: Type.BYTES,
  string: Type.STRING,
  bool: Type.BOOL,
  int32: Type.INT32,
  uint32: Type.UINT32,
  int64: Type.INT64,
  double: Type.DOUBLE,
}
