"""The terminal output layer: it remembers what the terminal shows and sends only what differs.

``CellApp`` stands in for ``textual.app.App``; it draws through ``Painter`` and ends through
``BoardDriver``. The layer stands on these names of Textual 8.2 that are not public:

* ``App._handle_exception``, ``_exception``, ``_exception_event``, ``_return_code``,
  ``_close_messages_no_wait``;
* ``App._display``, ``App._driver``, ``App._batch_count``, ``App._sync_available``;
* ``textual._compositor``: ``LayoutUpdate`` (``strips``, ``region``) and ``ChopsUpdate``
  (``chops``, ``spans``, ``chop_ends``);
* ``Screen._refresh_layout``, ``_on_timer_update``, ``_result_callbacks``,
  ``_push_result_callback``, ``Widget._check_refresh``;
* ``LinuxDriver._enable_mouse_support``, ``_disable_mouse_support``, ``_key_thread``,
  ``_patch_iflag``, ``_patch_lflag``, ``_request_terminal_sync_mode_support``,
  ``_run_input_thread``, ``_sigcont_application``, ``_sigtstp_application``;
* ``Driver._app``, ``_debug``, ``_loop``, ``_mouse``, ``_size``;
* ``XTermParser._sequence_to_key_events``, ``_parse_extended_key``, ``parse_mouse_code``,
  ``ANSI_SEQUENCES_KEYS`` and ``FUNCTIONAL_KEYS``;
* ``App._screen_stack``, ``App._post_message``, ``MessagePump._parent``, ``_dispatch_message``,
  ``CommandPalette._GATHER_COMMANDS_GROUP``, ``Worker._task``.
"""
