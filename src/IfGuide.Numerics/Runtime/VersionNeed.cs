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
        if (library.Length < 64 || BinaryPrimitives.ReadUInt32BigEndian(library) != 0x7f454c46 || library[4] != 2 || library[5] != 1)
        {
            throw new BadImageFormatException("The library is not a little-endian ELF64 file.");
        }

        var wanted = Encoding.ASCII.GetBytes(version);
        var sections = (long)BinaryPrimitives.ReadUInt64LittleEndian(library[40..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(library[58..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(library[60..]);
        var changed = 0;
        for (var i = 0; i < count; i++)
        {
            var header = library.Slice((int)(sections + i * size), size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != SectionTypeVersionNeed)
            {
                continue;
            }

            var link = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
            var names = (int)BinaryPrimitives.ReadUInt64LittleEndian(library[(int)(sections + link * size + 24)..]);
            changed += MakeWeak(library, (int)BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), names, wanted);
        }

        return changed;
    }

    private static int MakeWeak(Span<byte> library, int need, int names, ReadOnlySpan<byte> wanted)
    {
        var changed = 0;
        while (true)
        {
            var auxiliaryCount = BinaryPrimitives.ReadUInt16LittleEndian(library[(need + 2)..]);
            var auxiliary = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(need + 8)..]);
            for (var k = 0; k < auxiliaryCount; k++)
            {
                var name = library[(names + (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(auxiliary + 8)..]))..];
                if (name.StartsWith(wanted) && name[wanted.Length] == 0)
                {
                    var flags = BinaryPrimitives.ReadUInt16LittleEndian(library[(auxiliary + 4)..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(library[(auxiliary + 4)..], (ushort)(flags | FlagWeak));
                    changed++;
                }

                auxiliary += (int)BinaryPrimitives.ReadUInt32LittleEndian(library[(auxiliary + 12)..]);
            }

            var next = BinaryPrimitives.ReadUInt32LittleEndian(library[(need + 12)..]);
            if (next == 0)
            {
                return changed;
            }

            need += (int)next;
        }
    }
}
