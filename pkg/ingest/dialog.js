(function (options) {
  'use strict';
  // Shown once, sent to where it was loaded from. No inline handler, no style attribute, no eval: a strict
  // Content-Security-Policy that allows this script allows all of it.
  var script = document.currentScript;
  // Any element with the name currentScript would stand in its place, and say where the answers go.
  if (!script || script.tagName !== 'SCRIPT' || !script.src || document.getElementById('trivet-dialog')) return;
  var url = script.src;
  var before = document.activeElement;

  function text(name, otherwise) {
    return options[name] || otherwise;
  }

  function make(parent, tag, style, content) {
    var element = document.createElement(tag);
    for (var name in style) element.style[name] = style[name];
    if (content) element.textContent = content;
    parent.appendChild(element);
    return element;
  }

  function field(tag, name, label, value) {
    var wrapper = make(form, 'p', { margin: '0 0 12px' });
    var caption = make(wrapper, 'label', { display: 'block', margin: '0 0 4px', fontWeight: '600' }, label);
    var input = make(wrapper, tag, {
      boxSizing: 'border-box', width: '100%', padding: '8px', font: 'inherit', color: 'inherit', background: 'transparent',
      border: '1px solid #767676', borderRadius: '4px'
    });
    input.id = 'trivet-dialog-' + name;
    input.name = name;
    input.value = value || '';
    caption.htmlFor = input.id;
    return input;
  }

  function button(parent, label, type) {
    var element = make(parent, 'button', {
      margin: '0 0 0 8px', padding: '8px 16px', font: 'inherit', border: '1px solid #767676', borderRadius: '4px', cursor: 'pointer',
      color: type === 'submit' ? '#fff' : 'inherit', background: type === 'submit' ? '#1d4ed8' : 'transparent'
    }, label);
    element.type = type;
    return element;
  }

  var dialog = make(document.body || document.documentElement, 'dialog', {
    boxSizing: 'border-box', width: '520px', maxWidth: 'calc(100vw - 32px)', maxHeight: 'calc(100vh - 32px)', overflow: 'auto', padding: '24px',
    border: '1px solid #767676', borderRadius: '8px', font: '16px/1.4 system-ui, sans-serif', color: '#1a1a1a', background: '#fff', textAlign: 'left'
  });
  dialog.id = 'trivet-dialog';
  dialog.lang = text('lang', 'en');
  var title = make(dialog, 'h2', { margin: '0 0 8px', fontSize: '20px' }, text('title', 'It looks like we’re having issues.'));
  title.id = 'trivet-dialog-title';
  dialog.setAttribute('aria-labelledby', title.id);
  make(dialog, 'p', { margin: '0 0 16px' },
    text('subtitle', 'Our team has been notified.') + ' ' + text('subtitle2', 'If you’d like to help, tell us what happened below.'));
  var form = make(dialog, 'form');
  form.noValidate = true;
  var person = field('input', 'name', text('labelName', 'Name'), options.name);
  person.autocomplete = 'name';
  var email = field('input', 'email', text('labelEmail', 'Email'), options.email);
  email.type = 'email';
  email.autocomplete = 'email';
  var comments = field('textarea', 'comments', text('labelComments', 'What happened?'));
  comments.rows = 5;
  comments.required = true;
  var status = make(form, 'p', { margin: '0 0 12px', minHeight: '1.4em' });
  status.setAttribute('role', 'status');
  var buttons = make(form, 'div', { textAlign: 'right' });
  var closer = button(buttons, text('labelClose', 'Close'), 'button');
  var sender = button(buttons, text('labelSubmit', 'Submit Crash Report'), 'submit');

  function close() {
    if (!dialog.parentNode) return;
    dialog.parentNode.removeChild(dialog);
    if (before && before.focus) before.focus();
    window.postMessage('__sentry_reportdialog_closed__', '*'); // SDKs call onClose then
  }

  closer.addEventListener('click', close);
  dialog.addEventListener('close', close);
  dialog.addEventListener('keydown', function (e) {
    if (e.key === 'Escape') close();
  });
  form.addEventListener('submit', function (e) {
    e.preventDefault();
    if (!comments.value.trim()) {
      status.textContent = text('errorFormEntry', 'Some fields were invalid. Please correct the errors and try again.');
      comments.setAttribute('aria-invalid', 'true');
      comments.focus();
      return;
    }
    sender.disabled = true;
    var body = new URLSearchParams();
    body.append('name', person.value);
    body.append('email', email.value);
    body.append('comments', comments.value);
    fetch(url, { method: 'POST', body: body, credentials: 'omit' }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      form.textContent = '';
      form.appendChild(status);
      form.appendChild(closer);
      status.textContent = text('successMessage', 'Your feedback has been sent. Thank you!');
      closer.focus();
    }).catch(function () {
      sender.disabled = false;
      status.textContent = text('errorGeneric', 'An unknown error occurred while submitting your report. Please try again.');
    });
  });

  if (dialog.showModal) {
    dialog.showModal();
  } else { // before 2022: it is shown, without the rest of the page being held back
    dialog.setAttribute('open', '');
    dialog.setAttribute('role', 'dialog');
  }
  (person.value ? (email.value ? comments : email) : person).focus();
})
