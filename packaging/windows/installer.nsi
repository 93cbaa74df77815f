; setup.exe: for one user, without an administrator. installer.py calls makensis with
;   TREE      the folder to install                 ICON     desktop-share.ico
;   SIDE      side.bmp, beside the last page
;   LISTS     the folder of install.nsh and uninstall.nsh, which name every file of TREE
;   VERSION, FOUR_PARTS, SIZE_KB                    OUT      where setup.exe goes
; Silent: setup.exe /S installs what is ticked below, except the rule of the firewall, which asks for an administrator:
;         /FIREWALL asks all the same. /LOGIN ticks opening at login.
;         uninstall.exe /S keeps the list and the settings; /PURGE removes them too.
; Exit codes of both: 0 done, 1 cancelled by the person, 2 the program is still running.
Target amd64-unicode
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
!ifdef FAST
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
!endif

!include MUI2.nsh
!include Sections.nsh
!include FileFunc.nsh

!define NAME "Desktop Share"
!define PROGRAM "$INSTDIR\desktop-share.exe"
!define TERMINAL "$INSTDIR\desktop-share-terminal.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DesktopShare"
!define OWN_KEY "Software\Desktop Share"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define RUN_ALLOWED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define FILES_VERB "Software\Classes\*\shell\DesktopShare"
!define FOLDERS_VERB "Software\Classes\Directory\shell\DesktopShare"
!define DATA "$LOCALAPPDATA\desktop-share"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Desktop Share"
InstallDirRegKey HKCU "${OWN_KEY}" "Folder"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${FOUR_PARTS}"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey FileDescription "${NAME} setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "MIT License"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_COMPONENTSPAGE_TEXT_TOP "Choose what you would like besides the program itself."
!define MUI_FINISHPAGE_RUN "${PROGRAM}"
!define MUI_FINISHPAGE_RUN_TEXT "Open ${NAME} now"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; Windows refuses to write into a program that runs, for any user and any data folder: that is asked for, after a
; polite request, which closes the window as its own button does.
!macro CLOSE_RUNNING un
Function ${un}CloseRunning
  IfFileExists "${PROGRAM}" 0 gone
  Push $0
  Push $1
  StrCpy $1 0
  DetailPrint "Closing ${NAME}, if it is open…"
  ExecWait '"${PROGRAM}" --quit' ; which waits for 15 seconds at most
  again:
  ClearErrors
  FileOpen $0 "${PROGRAM}" a
  IfErrors running
  FileClose $0
  IfFileExists "${TERMINAL}" 0 closed
  ClearErrors
  FileOpen $0 "${TERMINAL}" a
  IfErrors running
  FileClose $0
  closed:
  Pop $1
  Pop $0
  Goto gone
  running:
  Sleep 500 ; it may be on its way out
  IntOp $1 $1 + 1
  IntCmp $1 10 0 again
  StrCpy $1 0
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is still running.$\r$\n$\r$\nClose it, then choose Retry." \
    /SD IDCANCEL IDRETRY again
  SetErrorLevel 2
  Quit
  gone:
FunctionEnd
!macroend
!insertmacro CLOSE_RUNNING ""
!insertmacro CLOSE_RUNNING "un."

; SHCNE_ASSOCCHANGED: Explorer reads the verbs again
!macro TELL_EXPLORER
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

!macro VERB key
  WriteRegStr HKCU "${key}" "" "Share with a link"
  WriteRegStr HKCU "${key}" "Icon" '"${PROGRAM}",0'
  WriteRegStr HKCU "${key}\command" "" '"${PROGRAM}" "%1"'
!macroend

; What can be chosen, but for the firewall's rule: the sections after the first put back what is ticked.
!macro TAKE_AWAY_CHOICES
  DeleteRegKey HKCU "${FILES_VERB}"
  DeleteRegKey HKCU "${FOLDERS_VERB}"
  DeleteRegValue HKCU "${RUN_KEY}" "${NAME}"
  Delete "$SENDTO\${NAME}.lnk"
!macroend

Section "${NAME}"
  SectionIn RO
  Call CloseRunning
  ; an earlier version takes its own files away: it knows their names
  IfFileExists "$INSTDIR\uninstall.exe" 0 +2
  ExecWait '"$INSTDIR\uninstall.exe" /S /UPGRADE _?=$INSTDIR'
  !insertmacro TAKE_AWAY_CHOICES
  !include "${LISTS}\install.nsh"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "${PROGRAM}"
  WriteRegStr HKCU "${OWN_KEY}" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "${PROGRAM}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "“Share with a link” in Explorer’s menu" Verb
  !insertmacro VERB "${FILES_VERB}"
  !insertmacro VERB "${FOLDERS_VERB}"
SectionEnd

Section "${NAME} in Explorer’s “Send to”" SendTo
  CreateShortcut "$SENDTO\${NAME}.lnk" "${PROGRAM}"
SectionEnd

Section "Let the other devices in (asks for an administrator)" Firewall
  ${If} ${Silent}
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/FIREWALL" $1
    IfErrors done
  ${EndIf}
  ClearErrors
  ExecShellWait "runas" "$SYSDIR\netsh.exe" 'advfirewall firewall add rule name="${NAME}" dir=in action=allow \
program="${PROGRAM}" profile=private,domain enable=yes' SW_HIDE
  IfErrors done
  WriteRegDWORD HKCU "${OWN_KEY}" "FirewallRule" 1
  done:
SectionEnd

Section /o "Open when I log in" Login
  WriteRegStr HKCU "${RUN_KEY}" "${NAME}" '"${PROGRAM}"'
SectionEnd

Section "-tell"
  !insertmacro TELL_EXPLORER
SectionEnd

LangString VERB_TEXT ${LANG_ENGLISH} "Right-click files or folders to share them."
LangString SENDTO_TEXT ${LANG_ENGLISH} "Share many selected files in one go."
LangString FIREWALL_TEXT ${LANG_ENGLISH} "Without it, Windows asks when the first link is opened, and until then links work \
on this computer only."
LangString LOGIN_TEXT ${LANG_ENGLISH} "Your links work as soon as you are logged in."
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${Verb} $(VERB_TEXT)
  !insertmacro MUI_DESCRIPTION_TEXT ${SendTo} $(SENDTO_TEXT)
  !insertmacro MUI_DESCRIPTION_TEXT ${Firewall} $(FIREWALL_TEXT)
  !insertmacro MUI_DESCRIPTION_TEXT ${Login} $(LOGIN_TEXT)
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; What was chosen the last time is ticked again, so that an upgrade neither adds nor takes anything.
!macro AS_BEFORE section key value
  ClearErrors
  ReadRegStr $1 HKCU "${key}" "${value}"
  ${If} ${Errors}
    !insertmacro UnselectSection ${section}
  ${Else}
    !insertmacro SelectSection ${section}
  ${EndIf}
!macroend

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOGIN" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${Login}
  ${EndIf}
  ReadRegStr $0 HKCU "${OWN_KEY}" "Folder"
  ${If} $0 != ""
    !insertmacro AS_BEFORE ${Verb} "${FILES_VERB}" ""
    ${IfNot} ${SectionIsSelected} ${Login}
      !insertmacro AS_BEFORE ${Login} "${RUN_KEY}" "${NAME}"
    ${EndIf}
    ${IfNot} ${FileExists} "$SENDTO\${NAME}.lnk"
      !insertmacro UnselectSection ${SendTo}
    ${EndIf}
    ReadRegDWORD $1 HKCU "${OWN_KEY}" "FirewallRule"
    ${If} $1 == 1 ; it is there, and the program's path is the same
      !insertmacro UnselectSection ${Firewall}
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "un.${NAME}"
  SectionIn RO
  SetOutPath "$TEMP" ; what is started here starts there: a folder that somebody is in cannot be removed
  Call un.CloseRunning
  !include "${LISTS}\uninstall.nsh"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPGRADE" $1
  IfErrors 0 done ; the new version puts its own in their places, and keeps what was chosen
  ReadRegDWORD $1 HKCU "${OWN_KEY}" "FirewallRule"
  ${If} $1 == 1 ; all: also those that Windows made when it asked for itself
    ExecShellWait "runas" "$SYSDIR\netsh.exe" 'advfirewall firewall delete rule name=all dir=in program="${PROGRAM}"' \
      SW_HIDE
  ${EndIf}
  !insertmacro TAKE_AWAY_CHOICES
  DeleteRegValue HKCU "${RUN_ALLOWED_KEY}" "${NAME}" ; Windows' own, of who has switched it off in the task manager
  DeleteRegKey HKCU "${OWN_KEY}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  !insertmacro TELL_EXPLORER
  done:
SectionEnd

Section /o "un.My list and my settings" Purge
  RMDir /r "${DATA}"
SectionEnd

LangString PURGE_TEXT ${LANG_ENGLISH} "Links that you gave away will not work again after a new installation. Your own \
files are never touched."
!insertmacro MUI_UNFUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${Purge} $(PURGE_TEXT)
!insertmacro MUI_UNFUNCTION_DESCRIPTION_END

Function un.onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PURGE" $1
  IfErrors done
  !insertmacro SelectSection ${Purge}
  done:
FunctionEnd
