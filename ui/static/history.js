// The list of earlier chats: what is pressed and typed in it.
element.addEventListener('click', (event) => {
    const button = event.target.closest('button[type="button"]');
    if (!button) return;
    const { do: done, id } = button.dataset;
    if (done === 'open') trigger('opened', { id });
    if (done === 'delete') trigger('deleted', { id });
    if (done === 'undo') trigger('restored');
    if (done !== 'rename') return;
    const form = element.querySelector('form');
    form.hidden = !form.hidden;
    form.elements.title.select();
    form.elements.title.focus();
});
element.addEventListener('submit', (event) => {
    event.preventDefault();
    event.target.hidden = true;
    element.querySelector('[data-do="rename"]').focus();
    trigger('renamed', { id: event.target.dataset.id, title: event.target.elements.title.value });
});
element.addEventListener('keydown', (event) => {
    const form = event.key === 'Escape' && event.target.closest('form');
    if (!form) return;
    form.reset();
    form.hidden = true;
    element.querySelector('[data-do="rename"]').focus();
});
// What was pressed is gone: the keyboard goes on where it can be undone.
watch('value', () => {
    if (document.activeElement !== document.body) return;
    element.querySelector('[data-do="undo"]')?.focus();
});
