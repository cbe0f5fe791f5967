"""The forecasting room: which talent will be needed where and when."""
