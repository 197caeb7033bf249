;;; latchkey.el --- Latchkey in Emacs: streamed answers and their cost  -*- lexical-binding: t -*-
;; On jsonrpc.el alone (Emacs 27 or newer), so it works beside whatever language server eglot or lsp-mode runs.
;;   (load "/path/to/latchkey.el")   (setq latchkey-settings '(:policy "cheap"))
;; M-x latchkey-ask (with a region: about that code), M-x latchkey-stop; the day's cost stands in the mode line.
(require 'jsonrpc)

(defvar latchkey-command '("latchkey" "serve" "--stdio") "How the sidecar is started.")
(defvar latchkey-settings nil "Settings as a plist in the nested form of docs/protocol.md; nil for the user's own.")
(defvar latchkey-mode-line "" "What was spent today.")
(put 'latchkey-mode-line 'risky-local-variable t)
(defvar latchkey--answers (make-hash-table :test 'equal) "Buffers of running chats by chat id.")
(defvar latchkey--connection nil)
(defvar-local latchkey--request nil "The id of the request that this buffer waits for.")

(defun latchkey--usd (nano) (if (numberp nano) (format "$%.4f" (/ nano 1e9)) "unpriced"))
(defun latchkey--append (buffer text)
  (when (buffer-live-p buffer) (with-current-buffer buffer (save-excursion (goto-char (point-max)) (insert text)))))

(defun latchkey--notified (_connection method params)
  (pcase method
    ('chat/event (when (equal (plist-get params :type) "text-delta")
                   (latchkey--append (gethash (plist-get params :chatId) latchkey--answers) (plist-get params :text))))
    ('budget/changed (setq latchkey-mode-line (concat " Latchkey " (latchkey--usd (plist-get params :todayNanoUsd))))
                     (force-mode-line-update t))))

(defun latchkey--connection ()
  (unless (and latchkey--connection (jsonrpc-running-p latchkey--connection))
    (let ((start (lambda () (make-process :name "latchkey" :command latchkey-command :connection-type 'pipe :noquery t
                                          :coding 'utf-8-emacs-unix :stderr (get-buffer-create " *latchkey log*")))))
      (setq latchkey--connection (make-instance 'jsonrpc-process-connection :name "latchkey" :process start
                                                :notification-dispatcher #'latchkey--notified)))
    (add-to-list 'global-mode-string 'latchkey-mode-line t)
    (jsonrpc-request latchkey--connection 'initialize
                     `(:processId ,(emacs-pid) :capabilities ,(make-hash-table) :initializationOptions
                       (:protocolVersion 1 :client (:name "emacs" :version ,emacs-version)
                        ,@(and latchkey-settings (list :settings latchkey-settings)))))
    (jsonrpc-notify latchkey--connection 'initialized (make-hash-table)))
  latchkey--connection)

(defun latchkey-ask (prompt &optional code)
  "Ask PROMPT, about CODE or the region if there is one; stream the answer into a buffer, and return it."
  (interactive (list (read-string "Ask: ") (and (use-region-p) (buffer-substring-no-properties (region-beginning) (region-end)))))
  (let* ((chat (format "emacs-%s" (float-time))) (buffer (generate-new-buffer "*latchkey*"))
         (text (if code (format "%s\n\n```\n%s\n```" prompt code) prompt))
         (done (lambda (line) (remhash chat latchkey--answers) (latchkey--append buffer (concat "\n\n-- " line "\n"))))
         (params `(:chatId ,chat :messages [(:role "user" :parts [(:type "text" :text ,text)])])))
    (puthash chat buffer latchkey--answers)
    (with-current-buffer buffer
      (setq latchkey--request ;; The public function keeps the id to itself, and without it nothing can be cancelled.
            (car (jsonrpc--async-request-1 (latchkey--connection) 'chat/send params :timeout nil
                   :success-fn (lambda (r) (funcall done (format "%s, %s, %s" (plist-get r :model)
                                                                 (latchkey--usd (plist-get (plist-get r :cost) :nanoUsd)) (plist-get r :stopReason))))
                   :error-fn (lambda (failure) (funcall done (plist-get failure :message)))))))
    (display-buffer buffer)
    buffer))

(defun latchkey-stop () "Stop the answer in this buffer." (interactive)
  (jsonrpc-notify (latchkey--connection) '$/cancelRequest (list :id latchkey--request)))

(provide 'latchkey) ;;; latchkey.el ends here
