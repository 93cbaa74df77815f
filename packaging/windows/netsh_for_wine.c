/* netsh.exe for trying the installer in wine, which has no firewall: writes down what it is asked for, in C:\netsh.txt.
   It is never shipped. */
#include <stdio.h>
#include <windows.h>

int main(void)
{
    FILE *asked = fopen("C:\\netsh.txt", "a");
    if (asked == NULL)
        return 1;
    fprintf(asked, "%ls\n", GetCommandLineW());
    return fclose(asked);
}
