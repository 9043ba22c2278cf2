/** What the start of a GGUF file says about the model, and how long the whole file must be. */
export interface GgufHeader {
  architecture: string | null
  licence: string | null
  contextTokens: number | null
  expertCount: number | null
  /** How many files the model is split over; 1 for a single file. */
  shards: number
  /** Bytes the file has at least when nothing of it is missing. */
  expectedBytes: number
}

type Scalar = string | number | boolean | null
/** Short lists of whole numbers are kept: what differs from layer to layer is told so. */
type Value = Scalar | readonly number[]

/** All that the start of a GGUF file says. */
export interface GgufContents {
  values: ReadonlyMap<string, Value>
  tensors: readonly GgufTensor[]
  /** Bytes the file has at least when nothing of it is missing. */
  expectedBytes: number
}

export interface GgufTensor {
  name: string
  /** Null for a type that is newer than our table. */
  bytes: number | null
}

/** The bytes given end before the header does. */
export const headerGoesOn = Symbol('header goes on')

const magic = 0x46554747
const stringType = 8
const arrayType = 9
const maxArrayDepth = 4
const maxDimensions = 8
/** A hundred times as many as the largest model has. */
const maxTensors = 200_000
const keptStringBytes = 1024
const keptNumbers = 1024
const scalarBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }

/** Per ggml type: how many values share a block, and how many bytes a block has. */
const blockLayout: Readonly<Record<number, readonly [values: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
} // prettier-ignore

/**
 * Reads the header from the first bytes of a file: the header, `headerGoesOn` when more bytes are needed,
 * or a sentence that says why this is no GGUF file we can use.
 */
export function parseGgufHeader(bytes: Uint8Array): GgufHeader | typeof headerGoesOn | string {
  const contents = parseGgufContents(bytes)
  return typeof contents === 'object' ? summarise(contents) : contents
}

/** The same with everything in it that says how a model is put together. */
export function parseGgufContents(bytes: Uint8Array): GgufContents | typeof headerGoesOn | string {
  try {
    return readContents(cursorOver(bytes))
  } catch (error) {
    if (error instanceof RangeError) return headerGoesOn
    if (error instanceof GgufProblem) return error.message
    throw error
  }
}

class GgufProblem extends Error {}

function readContents(cursor: Cursor): GgufContents {
  if (cursor.uint32() !== magic) throw new GgufProblem('it does not begin with the GGUF magic')
  const version = cursor.uint32()
  if (version !== 2 && version !== 3) throw new GgufProblem(`its GGUF version is ${version}, and only 2 and 3 are known`)
  const tensorCount = cursor.count()
  if (tensorCount > maxTensors) throw new GgufProblem(`it has ${tensorCount} tensors`)
  const valueCount = cursor.count()

  const values = new Map<string, Value>()
  for (let index = 0; index < valueCount; index++) {
    const key = cursor.string() ?? ''
    values.set(key, readValue(cursor, cursor.uint32(), 0))
  }
  const { tensors, dataBytes } = readTensors(cursor, tensorCount)
  const alignment = numberOf(values.get('general.alignment')) ?? 32
  if (alignment < 1) throw new GgufProblem(`its alignment is ${alignment}`)
  const headerBytes = cursor.position()
  const expectedBytes = tensorCount === 0 ? headerBytes : Math.ceil(headerBytes / alignment) * alignment + dataBytes
  return { values, tensors, expectedBytes }
}

function readValue(cursor: Cursor, type: number, depth: number): Value {
  if (type === stringType) return cursor.string()
  if (type === arrayType) return readArray(cursor, depth + 1)
  const bytes = scalarBytes[type]
  if (bytes === undefined) throw new GgufProblem(`it has a value of the unknown type ${type}`)
  if (type === 4) return cursor.uint32()
  if (type === 10) return cursor.count()
  if (type === 2) return cursor.uint16()
  cursor.skip(bytes)
  return null
}

function readArray(cursor: Cursor, depth: number): readonly number[] | null {
  if (depth > maxArrayDepth) throw new GgufProblem('its arrays are nested too deep')
  const type = cursor.uint32()
  const count = cursor.count()
  if ((type === 4 || type === 5) && count <= keptNumbers) return Array.from({ length: count }, () => cursor.uint32())
  const bytes = scalarBytes[type]
  if (bytes !== undefined) cursor.skip(bytes * count)
  // A vocabulary has hundreds of thousands of strings: they are passed over, not decoded.
  else if (type === stringType) for (let index = 0; index < count; index++) cursor.skipString()
  else for (let index = 0; index < count; index++) readValue(cursor, type, depth)
  return null
}

/** The tensors, and the bytes from the start of their data to the end of the one that lies last. */
function readTensors(cursor: Cursor, count: number): { tensors: GgufTensor[]; dataBytes: number } {
  const tensors: GgufTensor[] = []
  let dataBytes = 0
  for (let index = 0; index < count; index++) {
    const name = cursor.string() ?? ''
    const dimensions = cursor.uint32()
    if (dimensions > maxDimensions) throw new GgufProblem(`a tensor has ${dimensions} dimensions`)
    let elements = 1
    for (let dimension = 0; dimension < dimensions; dimension++) elements *= cursor.count()
    // A type that is newer than this table counts as empty: then only its offset must lie inside the file.
    const layout = blockLayout[cursor.uint32()]
    const bytes = layout === undefined ? null : Math.ceil(elements / layout[0]) * layout[1]
    tensors.push({ name, bytes })
    dataBytes = Math.max(dataBytes, cursor.count() + (bytes ?? 0))
  }
  return { tensors, dataBytes }
}

function summarise({ values, expectedBytes }: GgufContents): GgufHeader {
  const architecture = textOf(values.get('general.architecture'))
  return {
    architecture,
    licence: textOf(values.get('general.license')),
    contextTokens: numberOf(values.get(`${architecture}.context_length`)),
    expertCount: numberOf(values.get(`${architecture}.expert_count`)),
    shards: Math.max(1, numberOf(values.get('split.count')) ?? 1),
    expectedBytes,
  }
}

const textOf = (value: Value | undefined) => (typeof value === 'string' ? value : null)
const numberOf = (value: Value | undefined) => (typeof value === 'number' ? value : null)

type Cursor = ReturnType<typeof cursorOver>

/** Reads little-endian values one after the other; past the end a `DataView` throws `RangeError`. */
function cursorOver(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0
  const skip = (count: number) => {
    position += count
    return position - count
  }
  const count = () => {
    const value = Number(view.getBigUint64(skip(8), true))
    if (!Number.isSafeInteger(value)) throw new GgufProblem('it has a length that no file can have')
    return value
  }
  const skipString = () => {
    const start = skip(count())
    if (position > bytes.length) throw new RangeError('The string goes on.')
    return start
  }
  const string = () => {
    const start = skipString()
    const length = position - start
    return length > keptStringBytes ? null : new TextDecoder().decode(bytes.subarray(start, position))
  }
  return {
    position: () => position,
    skip,
    count,
    skipString,
    string,
    uint16: () => view.getUint16(skip(2), true),
    uint32: () => view.getUint32(skip(4), true),
  }
}
