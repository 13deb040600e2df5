using System.Buffers.Binary;
using System.Text;

namespace IfGuide.Numerics.Runtime;

/// <summary>Makes one symbol version that a shared library needs optional ("weak"), by setting one flag in its ELF version table.</summary>
/// <remarks>
/// TorchSharp's shim names GLIBCXX_3.4.32 in its version needs although no relocation uses a symbol of that version. The dynamic
/// linker refuses a library with a missing version unless the need carries VER_FLG_WEAK (ELF gABI, "Version Dependency Auxiliary Entries").
/// </remarks>
public static class VersionNeed
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe;
    private const ushort FlagWeak = 0x2;

    /// <summary>Sets the weak flag of every need for <paramref name="version"/>.</summary>
    /// <param name="library">A little-endian ELF64 file; changed in place.</param>
    /// <param name="version">The version's name, e.g. <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many entries were changed; 0 when the library does not need the version.</returns>
    /// <exception cref="BadImageFormatException">The bytes are not a little-endian ELF64 file.</exception>
    public static int MakeWeak(Span<byte> library, string version)
    {
        var isLittleEndian64 = library.Length >= 64 && library[4] == 2 && library[5] == 1;
        if (!isLittleEndian64 || BinaryPrimitives.ReadUInt32BigEndian(library) != 0x7f454c46)
        {
            throw new BadImageFormatException("The library is not a little-endian ELF64 file.");
        }

        var wanted = Encoding.ASCII.GetBytes(version);
        var sections = ReadOffset(library, 40);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(library[58..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(library[60..]);
        var changed = 0;
        for (var i = 0; i < count; i++)
        {
            var header = library.Slice(sections + i * size, size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SectionTypeVersionNeed)
            {
                var linked = sections + ReadInt(header, 40) * size;
                changed += WeakenSection(library, ReadOffset(header, 24), ReadOffset(library, linked + 24), wanted);
            }
        }

        return changed;
    }

    /// <summary>Walks the needs of one section; each names a library and a list of its versions.</summary>
    private static int WeakenSection(Span<byte> library, int need, int names, ReadOnlySpan<byte> wanted)
    {
        var changed = 0;
        while (true)
        {
            changed += WeakenNeed(library, need, names, wanted);
            var next = ReadInt(library, need + 12);
            if (next == 0)
            {
                return changed;
            }

            need += next;
        }
    }

    private static int WeakenNeed(Span<byte> library, int need, int names, ReadOnlySpan<byte> wanted)
    {
        var changed = 0;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(library[(need + 2)..]);
        var entry = need + ReadInt(library, need + 8);
        for (var i = 0; i < count; i++)
        {
            var name = library[(names + ReadInt(library, entry + 8))..];
            if (name.StartsWith(wanted) && name[wanted.Length] == 0)
            {
                var flags = library[(entry + 4)..];
                var old = BinaryPrimitives.ReadUInt16LittleEndian(flags);
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(old | FlagWeak));
                changed++;
            }

            entry += ReadInt(library, entry + 12);
        }

        return changed;
    }

    private static int ReadInt(ReadOnlySpan<byte> bytes, int place) =>
        (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[place..]);

    private static int ReadOffset(ReadOnlySpan<byte> bytes, int place) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[place..]);
}
