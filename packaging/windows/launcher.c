/* desktop-share.exe of a tree that stage.py made: loads the Python beside it and runs the package. */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

typedef int (*py_main)(int, wchar_t **);

static int give_up(const wchar_t *what)
{
    MessageBoxW(NULL, what, L"Desktop Share", MB_OK | MB_ICONERROR);
    return 1;
}

int wmain(int count, wchar_t **given)
{
    static wchar_t library[32768];
    DWORD length = GetModuleFileNameW(NULL, library, 32768 - 64);
    wchar_t *name = length ? wcsrchr(library, L'\\') : NULL;
    if (name == NULL)
        return give_up(L"The folder of this program was not found.");
    wcscpy(name + 1, PYTHON_DLL);

    SetDllDirectoryW(L""); /* never from the folder that the program was started in */
    HMODULE python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    py_main run = python ? (py_main)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (run == NULL)
        return give_up(L"A part of this program is missing. Install it again.");

    wchar_t **arguments = calloc((size_t)count + 3, sizeof *arguments);
    if (arguments == NULL)
        return give_up(L"There is not enough memory.");
    arguments[0] = given[0];
    arguments[1] = L"-B"; /* nothing is written into the folder that was installed */
    arguments[2] = L"-mdesktop_share";
    for (int number = 1; number < count; number++)
        arguments[number + 2] = given[number];
    return run(count + 2, arguments);
}
