"""The window's style sheet, with places for the colours and sizes of `theme.py`."""

from __future__ import annotations

from string import Template

# Only what a palette cannot say: rounded corners, the one blue button, a focus ring that is seen.
STYLE = Template("""
QPushButton, QToolButton#barButton {
    background: $raised; color: $text; border: 1px solid $line; border-radius: ${radius}px; padding: 6px 12px;
    min-height: 20px;
}
QPushButton:hover, QToolButton#barButton:hover { background: $hover; }
QPushButton:pressed, QToolButton#barButton:pressed { background: $line; }
QToolButton#barButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton#barButton:disabled { color: $disabled; background: $window; }
QPushButton[primary="true"], QToolButton#barButton[primary="true"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[primary="true"]:hover, QToolButton#barButton[primary="true"]:hover { background: $accent_hover; }
QPushButton:focus, QToolButton#barButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton[primary="true"]:focus, QToolButton#barButton[primary="true"]:focus { border-color: $ring_on_accent; }
QToolButton#barButton { padding-right: 6px; }  /* Qt adds two spaces to the right of a text */
QToolButton#barButton:focus { padding-right: 5px; }
QToolButton#barButton[textOnly="true"] { padding: 6px 12px; }
QToolButton#barButton[textOnly="true"]:focus { padding: 5px 11px; }
QToolButton#barButton[iconOnly="true"] { padding: 6px 8px; }
QToolButton#barButton[iconOnly="true"]:focus { padding: 5px 7px; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton#flatButton { background: transparent; border: 2px solid transparent; border-radius: 6px; padding: 3px; }
QToolButton#flatButton:hover { background: $hover; }
QToolButton#flatButton:focus { border-color: $accent; }
QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QLineEdit#search {
    background: $surface; color: $text; border: 1px solid $muted; border-radius: 6px;
    padding: 4px 8px; min-height: 20px;
}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateTimeEdit:focus, QLineEdit#search:focus {
    border: 2px solid $accent; padding: 3px 7px;
}
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: 24px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView::item { min-height: 25px; padding: 0 4px; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow { image: url("$style/down-$name.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView, QListView#completions {
    background: $surface; border: 1px solid $line; selection-background-color: $accent_soft;
    selection-color: $text; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: 24px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$style/up-$name.svg"); width: 12px; height: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$style/down-$name.svg"); width: 12px; height: 12px; }
QCheckBox { spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $muted; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$style/check-$name.svg");
}
QCheckBox::indicator:indeterminate { background: $disabled; }
QLineEdit#nameEdit {
    background: $surface; color: $text; border: 2px solid $accent; border-radius: 6px; padding: 0 3px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QDialog QScrollArea, QDialog QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; border: none; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $line; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $muted; border: 2px solid transparent; border-radius: 6px; padding: 4px 10px;
}
QTabBar::tab:hover { background: $hover; }
QTabBar::tab:selected { color: $text; background: $accent_soft; }
QTabBar::tab:focus { border-color: $accent; }
QPushButton#sectionHead {
    background: transparent; border: 2px solid transparent; border-radius: 6px; text-align: left; font-weight: 600;
    padding: 3px 2px 3px 0px;
}
QPushButton#sectionHead:hover { background: $hover; }
QPushButton#sectionHead:focus { border-color: $accent; }
QFrame#linkRow { background: transparent; border: 1px solid $line; border-radius: ${radius}px; }
QFrame#linkRow[chosen="true"] { background: $accent_soft; border-color: $accent; }
QPushButton#linkHead {
    background: transparent; border: 2px solid transparent; border-radius: 6px; text-align: left; padding: 2px 6px;
}
QPushButton#linkHead:hover { background: $hover; }
QPushButton#linkHead:checked { font-weight: 600; }
QPushButton#linkHead:focus { border-color: $accent; padding: 2px 6px; }
QPushButton#linkHead[revoked="true"] { color: $muted; }
QFrame#twoWay { background: $window; border: 1px solid $line; border-radius: ${radius}px; }
QFrame#twoWay QPushButton {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 6px; padding: 3px 8px;
    min-height: 16px;
}
QFrame#twoWay QPushButton:hover { color: $text; }
QFrame#twoWay QPushButton:checked { background: $raised; color: $text; border-color: $line; font-weight: 600; }
QFrame#twoWay QPushButton:focus { border: 2px solid $accent; padding: 2px 7px; }
QLineEdit#field {
    background: $surface; color: $text; border: 1px solid $muted; border-radius: 6px; padding: 4px 6px;
    min-height: 20px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit#field:disabled { background: $window; border-color: $line; }
QLineEdit#field, QComboBox { placeholder-text-color: $muted; }
QLineEdit#field:focus { border: 2px solid $accent; padding: 3px 5px; }
QListWidget#names {
    background: $surface; border: 1px solid $muted; border-radius: 6px; padding: 2px;
    selection-background-color: $accent_soft; selection-color: $text;
}
QListWidget#names:focus { border: 2px solid $accent; padding: 1px; }
QListWidget#names::item { padding: 2px 4px; }
QPlainTextEdit#lines { background: $surface; border: 1px solid $muted; border-radius: 6px; }
QPlainTextEdit#lines:focus { border: 2px solid $accent; }
QComboBox[wrong="true"], QPlainTextEdit#lines[wrong="true"] { border-color: $danger; }
QLabel#advice { color: $warning; }
QLabel#problem { color: $danger; }
QFrame#card QTextEdit#answer { background: $window; border: 1px solid $line; border-radius: 6px; }
QFrame#card QTextEdit#answer:focus { border: 2px solid $accent; }
QLabel#headline { font-weight: 600; }
QLabel#muted { color: $muted; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame#card QPlainTextEdit { background: $window; border: 1px solid $line; border-radius: 6px; }
QFrame#card QPlainTextEdit:focus { border: 2px solid $accent; }
QFrame#card QLineEdit#digest { background: $window; border: 1px solid $line; border-radius: 6px; padding: 4px 6px; }
QFrame#card QLineEdit#digest:focus { border: 2px solid $accent; padding: 3px 5px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFrame#alert { border: 1px solid $line; border-radius: ${radius}px; }
QFrame#alert[kind="info"] { background: $accent_soft; border-color: $accent; }
QFrame#alert[kind="warning"] { background: $warning_soft; border-color: $warning; }
QFrame#alert[kind="error"] { background: $danger_soft; border-color: $danger; }
QFrame#toast { background: $toast; border-radius: ${radius}px; }
QFrame#toast QLabel { color: $on_toast; font-weight: 600; }
QFrame#toast QPushButton {
    background: transparent; color: $toast_accent; border: 2px solid transparent; padding: 1px 8px; font-weight: 600;
}
QFrame#toast QPushButton:hover { text-decoration: underline; }
QFrame#toast QPushButton:focus { border-color: $toast_accent; }
QToolTip { background: $toast; color: $on_toast; border: 1px solid $toast; padding: 3px; }
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 8px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 6px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
""")
