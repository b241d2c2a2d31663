// The list of earlier chats: what is pressed and typed in it.
const find = (selector) => element.querySelector(selector);
const named = (form) => { form.hidden = true; find('[data-do="rename"]').focus(); };
element.addEventListener('click', (event) => {
    const { do: done, id } = event.target.closest('button[type="button"]')?.dataset ?? {};
    if (['opened', 'deleted', 'restored'].includes(done)) trigger(done, { id });
    if (done !== 'rename') return;
    const form = find('form');
    form.hidden = !form.hidden;
    form.elements.title.select();
    form.elements.title.focus();
});
element.addEventListener('submit', (event) => {
    event.preventDefault();
    named(event.target);
    trigger('renamed', { id: event.target.dataset.id, title: event.target.elements.title.value });
});
element.addEventListener('keydown', (event) => {
    const form = event.key === 'Escape' && event.target.closest('form');
    if (!form) return;
    form.reset();
    named(form);
});
// What was pressed is gone: the keyboard goes on where it can be undone.
watch('value', () => {
    if (document.activeElement === document.body) find('[data-do="restored"]')?.focus();
});
