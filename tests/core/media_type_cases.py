"""Common extensions and their types by category, and why some types are others than in the registries' lists."""

from __future__ import annotations

COMMON = {
    "pictures": """
        .jpeg image/jpeg
        .jpe image/jpeg
        .jfif image/jpeg
        .gif image/gif
        .bmp image/bmp
        .tif image/tiff
        .tiff image/tiff
        .psd image/vnd.adobe.photoshop
        .apng image/apng
        .heif image/heif
        .cur image/x-win-bitmap
        .dng image/x-adobe-dng
        .cr2 image/x-canon-cr2
        .nef image/x-nikon-nef
        .arw image/x-sony-arw
        .xcf application/x-xcf
        .kra application/x-krita
        .jp2 image/jp2
        .emf image/emf
        .wmf image/wmf
        .icns image/x-icns
        .tga image/x-tga
        .exr image/x-exr
        .dds image/vnd.ms-dds
        .djvu image/vnd.djvu
    """,
    "sound": """
        .m4b audio/mp4
        .aac audio/aac
        .oga audio/ogg
        .ogg audio/ogg
        .weba audio/webm
        .mka audio/x-matroska
        .aiff audio/aiff
        .aif audio/aiff
        .mid audio/midi
        .midi audio/midi
        .wma audio/x-ms-wma
        .amr audio/amr
        .m3u audio/x-mpegurl
        .m3u8 application/vnd.apple.mpegurl
        .pls audio/x-scpls
        .caf audio/x-caf
        .ac3 audio/ac3
        .ape audio/ape
        .xm audio/x-xm
        .mpc audio/musepack
    """,
    "video": """
        .m4v video/mp4
        .mpg video/mpeg
        .mpeg video/mpeg
        .avi video/x-msvideo
        .wmv video/x-ms-wmv
        .3gp video/3gpp
        .3g2 video/3gpp2
        .ogv video/ogg
        .flv video/x-flv
        .vob video/mpeg
        .asf video/x-ms-asf
        .ts video/mp2t
        .m2ts video/mp2t
        .mxf application/mxf
        .rm application/vnd.rn-realmedia
        .srt application/x-subrip
        .vtt text/vtt
        .ass text/x-ssa
    """,
    "documents": """
        .doc application/msword
        .xls application/vnd.ms-excel
        .ppt application/vnd.ms-powerpoint
        .pptx application/vnd.openxmlformats-officedocument.presentationml.presentation
        .ods application/vnd.oasis.opendocument.spreadsheet
        .odp application/vnd.oasis.opendocument.presentation
        .odg application/vnd.oasis.opendocument.graphics
        .odb application/vnd.oasis.opendocument.base
        .rtf application/rtf
        .mobi application/x-mobipocket-ebook
        .azw3 application/vnd.amazon.mobi8-ebook
        .pages application/vnd.apple.pages
        .numbers application/vnd.apple.numbers
        .key application/vnd.apple.keynote
        .xps application/vnd.ms-xpsdocument
        .oxps application/oxps
        .ps application/postscript
        .eps application/postscript
        .tex application/x-tex
        .bib text/x-bibtex
        .tsv text/tab-separated-values
        .eml message/rfc822
        .msg application/vnd.ms-outlook
        .mht multipart/related
        .mhtml multipart/related
        .docm application/vnd.ms-word.document.macroenabled.12
        .xlsm application/vnd.ms-excel.sheet.macroenabled.12
        .pptm application/vnd.ms-powerpoint.presentation.macroenabled.12
        .dotx application/vnd.openxmlformats-officedocument.wordprocessingml.template
        .xltx application/vnd.openxmlformats-officedocument.spreadsheetml.template
        .potx application/vnd.openxmlformats-officedocument.presentationml.template
        .ppsx application/vnd.openxmlformats-officedocument.presentationml.slideshow
        .vsd application/vnd.visio
        .vsdx application/vnd.ms-visio.drawing
        .one application/onenote
        .fb2 application/xml
        .cbz application/vnd.comicbook+zip
        .cbr application/vnd.comicbook-rar
        .chm application/vnd.ms-htmlhelp
        .pub application/x-mspublisher
        .accdb application/msaccess
    """,
    "archives and programs": """
        .gz application/gzip
        .bz2 application/x-bzip2
        .tbz2 application/x-bzip2
        .xz application/x-xz
        .txz application/x-xz
        .zst application/zstd
        .lz4 application/x-lz4
        .z application/x-compress
        .br application/x-brotli
        .cab application/vnd.ms-cab-compressed
        .jar application/java-archive
        .war application/java-archive
        .ipa application/zip
        .xpi application/x-xpinstall
        .crx application/x-chrome-extension
        .msi application/x-msi
        .pkg application/x-xar
        .appimage application/x-appimage
        .snap application/vnd.snap
        .torrent application/x-bittorrent
        .whl application/zip
        .nupkg application/zip
        .img application/octet-stream
        .vmdk application/x-vmdk
        .qcow2 application/x-qcow2
        .dll application/vnd.microsoft.portable-executable
        .so application/x-sharedlib
        .swf application/vnd.adobe.flash.movie
        .aab application/zip
        .pkpass application/vnd.apple.pkpass
    """,
    "the web and code": """
        .htm text/html
        .xhtml application/xhtml+xml
        .xht application/xhtml+xml
        .svgz application/gzip
        .rss application/rss+xml
        .atom application/atom+xml
        .xsl application/xslt+xml
        .xsd application/xml
        .dtd application/xml-dtd
        .jsonl application/jsonl
        .jsonld application/ld+json
        .geojson application/geo+json
        .kml application/vnd.google-earth.kml+xml
        .kmz application/vnd.google-earth.kmz
        .gpx application/gpx+xml
        .map application/json
        .webmanifest application/manifest+json
        .ttml application/ttml+xml
        .c text/x-c
        .h text/x-c
        .cpp text/x-c++
        .java text/x-java-source
        .go text/x-go
        .rs text/x-rust
        .rb text/x-ruby
        .php text/x-php
        .pl text/x-perl
        .sh application/x-sh
        .bat application/x-msdownload
        .ps1 text/plain
        .sql application/sql
        .lua text/x-lua
        .toml application/toml
        .ini text/plain
        .scss text/x-scss
        .tsx text/x-typescript
        .vue text/x-vue
        .diff text/x-diff
        .ipynb application/x-ipynb+json
        .plist application/x-plist
        .proto text/plain
        .xaml application/xaml+xml
        .asm text/x-asm
        .dart text/x-dart
        .mpd application/dash+xml
        .wsdl application/wsdl+xml
    """,
    "fonts and models": """
        .otf font/otf
        .woff font/woff
        .ttc font/collection
        .eot application/vnd.ms-fontobject
        .stl model/stl
        .obj model/obj
        .gltf model/gltf+json
        .glb model/gltf-binary
        .3mf model/3mf
        .dae model/vnd.collada+xml
        .step model/step
        .iges model/iges
        .dwg image/vnd.dwg
        .dxf image/vnd.dxf
        .ply model/ply
        .usdz model/vnd.usdz+zip
        .wrl model/vrml
        .x3d model/x3d+xml
        .fbx application/vnd.autodesk.fbx
        .blend application/x-blender
    """,
    "data and keys": """
        .db application/vnd.sqlite3
        .nc application/x-netcdf
        .h5 application/x-hdf5
        .fits image/fits
        .dcm application/dicom
        .pcap application/vnd.tcpdump.pcap
        .mdb application/msaccess
        .shp application/vnd.shp
        .pem application/x-pem-file
        .crt application/x-x509-ca-cert
        .cer application/pkix-cert
        .p12 application/x-pkcs12
        .p7s application/pkcs7-signature
        .gpg application/pgp-encrypted
        .sig application/pgp-signature
        .kdbx application/x-keepass2
        .age application/vnd.age
        .mbox application/mbox
        .nzb application/x-nzb
        .opml text/x-opml
        .ldif text/plain
        .osm application/vnd.openstreetmap.data+xml
        .gml application/gml+xml
        .dbf application/vnd.dbf
    """,
}


# Where the table says otherwise than the lists of IANA, Apache and nginx, and why.
DECIDED = {
    # what the registered type would break in a browser
    ".svgz": ("application/gzip", "sent without Content-Encoding, it is no picture for a browser"),
    ".m4v": ("video/mp4", "browsers play it as MP4 only"),
    ".mht": ("multipart/related", "what Chromium saves and opens"),
    ".pem": ("application/x-pem-file", "holds private keys as often as certificates: nothing for a browser to import"),
    # what people have under this extension today
    ".rs": ("text/x-rust", "not a language server's XML"),
    ".psb": ("image/vnd.adobe.photoshop", "Photoshop's large pictures"),
    ".org": ("text/org", "not an organizer of 1992"),
    ".scm": ("text/x-scheme", "not a screen recorder's file"),
    ".pls": ("audio/x-scpls", "a playlist is no XML"),
    ".cpl": ("application/vnd.microsoft.portable-executable", "a control panel of Windows"),
    ".mpc": ("audio/musepack", "not a telephone's certificate"),
    ".pkg": ("application/x-xar", "a macOS installer"),
    ".dart": ("text/x-dart", "source text"),
    ".cu": ("text/x-cuda", "source text"),
    ".me": ("text/plain", "READ.ME"),
    # newer registrations and specifications
    ".flac": ("audio/flac", "RFC 9639"),
    ".vcf": ("text/vcard", "RFC 6350"),
    ".yaml": ("application/yaml", "RFC 9512"),
    ".odb": ("application/vnd.oasis.opendocument.base", "OpenDocument 1.2"),
    ".deb": ("application/vnd.debian.binary-package", "registered; octet-stream says nothing"),
    ".exe": ("application/vnd.microsoft.portable-executable", "registered; octet-stream says nothing"),
    ".swf": ("application/vnd.adobe.flash.movie", "registered"),
    ".cbz": ("application/vnd.comicbook+zip", "registered"),
}

# Several things are called so: the content decides.
AMBIGUOUS = (".bed", ".box", ".c4d", ".dat", ".dic", ".ext", ".geo", ".res", ".src", ".sub", ".tpl", ".vox")
