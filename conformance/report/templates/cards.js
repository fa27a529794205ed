// A cause's card opens to the proof of the violation that says most.
for (const card of document.querySelectorAll("details.see")) {
  const row = data.rows.find((one) => one.key === card.dataset.key);
  if (!row) continue;
  opens(card, row);
  if (curlOf(row)) card.before(copyButton(curlOf(row), "Copy curl"));
}
