// What commands say stands beside the test that ran them.
[assembly: CaptureConsole]
