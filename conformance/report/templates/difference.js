// Marks, word by word, what one text has and the other has not (longest common subsequence).
const LIMIT = 500;

function pieces(text) {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) || [];
}

function common(left, right) {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      table[i][j] = left[i] === right[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const kept = [new Set(), new Set()];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      kept[0].add(i);
      kept[1].add(j);
      i += 1;
      j += 1;
    } else if (table[i + 1][j] >= table[i][j + 1]) i += 1;
    else j += 1;
  }
  return kept;
}

function marked(parts, kept, kind) {
  const nodes = [];
  let run = "";
  let on = false;
  const flush = () => {
    if (run) nodes.push(on ? make("mark", { class: kind }, run) : run);
    run = "";
  };
  parts.forEach((part, index) => {
    const different = !kept.has(index);
    const blank = !part.trim();
    if (!blank && different !== on) {
      flush();
      on = different;
    }
    run += part;
  });
  flush();
  return nodes;
}

function difference(expected, actual) {
  const left = pieces(expected);
  const right = pieces(actual);
  if (left.length > LIMIT || right.length > LIMIT) return [[expected], [actual]];
  const [keptLeft, keptRight] = common(left, right);
  return [marked(left, keptLeft, "missing"), marked(right, keptRight, "found")];
}
